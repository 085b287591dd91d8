//! `event-subscribers-enabled`: Marathons that call back subscribers over HTTP. Says nothing about the event stream.

use crate::checks::marathon::shared::{Instance, instances};
use crate::checks::{Check, Context, Saw};
use crate::model::{Area, CheckMeta, Doc, EvidenceRef, Finding, Severity, Stage, items};

/// The check.
pub struct EventSubscribersEnabled;

/// Name of the one subscriber that Marathon up to 1.4 knows.
const CALLBACK: &str = "http_callback";

static META: CheckMeta = CheckMeta {
    id: "event-subscribers-enabled",
    area: Area::Marathon,
    title: "no Marathon calls back event subscribers",
    finding: "Marathon {name} calls back event subscribers: {subscriber}",
    severity: Severity::Blocker,
    stage: Stage::Single,
    needs: &["data/marathon/*/info.json", "data/marathon/*/event_subscriptions.json"],
    requirements: &["S0-44", "S0-45"],
    doc: Doc {
        what: "Up to Marathon 1.4 /v2/info shows no event_subscriber and /v2/eventSubscriptions answers 400, which it does \
               only with callbacks switched off. From 1.5 on Marathon has no callbacks; the \
               missing endpoint is the expected answer. The start script itself (marathon.sh) is not read here.",
        why: "The patching and upgrading pages want event subscribers off before and after. Callbacks slow Marathon down \
              while everything re-registers, and a Marathon 1.5 refuses to start with the flag.",
        by_hand: "curl -s http://MASTER:8080/v2/info | jq .event_subscriber; curl -s http://MASTER:8080/v2/eventSubscriptions\n\
                  on each master: grep -n event_subscriber /opt/mesosphere/bin/marathon.sh",
        remedy: "Remove --event_subscriber http_callback (and http_endpoints) from the start of Marathon and restart it; let \
                 the subscribers read /v2/events instead.",
        sources: &[
            "DC/OS 1.11 patching page: disable event subscribers before, keep them disabled after",
            "mesosphere/marathon changelog.md 1.5.0 (callbacks removed)",
            "mesosphere/marathon InfoResource.scala, EventSubscriptionsResource.scala, NoopHttpCallbackSubscriptionService.scala (v0.8.2 to v1.4.13)",
        ],
    },
};

impl Check for EventSubscribersEnabled {
    fn meta(&self) -> &'static CheckMeta {
        &META
    }

    fn run(&self, context: &Context<'_>, saw: &mut Saw) {
        let mut judged = 0;
        for instance in instances(context, saw) {
            judged += usize::from(judge(context, instance, saw));
        }
        if judged > 0 {
            saw.judged(judged, "Marathon instances");
        }
    }
}

/// Judges one instance; `false` when nothing could be said about it.
fn judge(context: &Context<'_>, instance: Instance<'_>, saw: &mut Saw) -> bool {
    let marathon = instance.marathon;
    let fire = |subscriber: &str, at: EvidenceRef, saw: &mut Saw| {
        saw.fire(
            Finding::about(instance.subject())
                .with("key", subscriber)
                .with("subscriber", subscriber)
                .seen_at(at.quoting(subscriber)),
        );
    };
    let mut seen = false;
    // What is seen enabled is enabled, whatever the version says.
    if let Ok((list, at)) = marathon.subscriptions.get() {
        seen = true;
        for (ordinal, url) in list.iter().enumerate() {
            fire(&shown(url), at.at(format!("/callbackUrls/{ordinal}")), saw);
        }
    }
    let Some((info, at)) = instance.part(&marathon.info, saw) else {
        return seen;
    };
    if let Some(subscriber) = &info.event_subscriber {
        if subscriber == CALLBACK {
            fire(subscriber, at.at("/event_subscriber"), saw);
        } else {
            instance.unknown(format!("its event_subscriber `{subscriber}` is not known here"), saw);
        }
        return true;
    }
    let Some(version) = instance.version_or_unknown(saw) else {
        return seen;
    };
    if version.line() > (1, 4) {
        return true;
    }
    // Up to 1.4 the endpoint answers 400 where callbacks are off, and with a list (also an empty one) where they are on.
    let item = items::path(items::MARATHON, &marathon.host, items::MARATHON_SUBSCRIPTIONS);
    match marathon.subscriptions.get() {
        Ok((_, at)) => instance.unknown(
            format!(
                "{} is a list, which Marathon {version} gives only with callbacks on; /v2/info shows none",
                at.item
            ),
            saw,
        ),
        Err(_)
            if context
                .facts
                .snapshot
                .origin
                .manifest
                .evidence_for(&item)
                .and_then(|one| one.status)
                == Some(400) => {}
        Err(why) => instance.unknown(why.sentence(), saw),
    }
    true
}

/// A callback URL without what may be a secret: user, password, query and fragment.
fn shown(url: &str) -> String {
    let plain = url.split(['?', '#']).next().unwrap_or_default();
    match plain.split_once("://") {
        Some((scheme, rest)) => {
            // A password may hold a slash: what stands before the last `@` is left out, wherever that is.
            let plain = rest.rsplit_once('@').map_or(rest, |(_, plain)| plain);
            format!("{scheme}://{plain}")
        }
        // No URL at all: nothing says which part of it is secret.
        None => "a callback that is no URL".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_of_a_callback_are_not_shown() {
        for (url, plain) in [
            ("http://h:80/a", "http://h:80/a"),
            ("http://u:not-a-real-secret@h/a?token=not-a-real-secret#x", "http://h/a"),
            ("https://u:not-a-real@secret@h", "https://h"),
            ("https://u:not-a-real/secret@h/a", "https://h/a"),
            ("not-a-real-secret", "a callback that is no URL"),
        ] {
            assert_eq!(shown(url), plain, "{url}");
        }
    }
}
