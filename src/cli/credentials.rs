//! Where the credential of a run comes from: flags, environment, `gonogo.toml`, the DC/OS CLI. In this order of strength.
//!
//! Secrets come from files, the environment or the prompt, never from an argument, and appear in no message.

use std::io::IsTerminal as _;
use std::path::Path;

use secrecy::{ExposeSecret as _, SecretString};

use super::config::reader::Problems;
use super::config::settings::Settings;
use super::{Failure, exit};
use crate::collect::auth::dcos_cli::{self, Attachment, Verify};
use crate::collect::auth::login::{self, Login, LoginError, ServiceAccount};
use crate::collect::auth::{Credentials, expires_at};
use crate::collect::endpoints::LOGIN_PATH;
use crate::collect::{Base, Observer};

/// Environment variable with a DC/OS token; the DC/OS CLI reads the same.
const TOKEN_VARIABLE: &str = "DCOS_ACS_TOKEN";
/// Environment variable with a password.
const PASSWORD_VARIABLE: &str = "GONOGO_PASSWORD";

/// The token of the cluster attached in the DC/OS CLI.
pub struct Attached {
    token: Option<SecretString>,
}

/// Where no cluster is named: takes the one attached in the DC/OS CLI, with its trust.
pub fn attach(settings: &mut Settings, problems: &mut Problems) -> Option<Attached> {
    if settings.targets.direct() || settings.targets.admin_router.is_some() {
        return None;
    }
    let found = match dcos_cli::attached(&dcos_cli::folder()?) {
        Ok(found) => found?,
        Err(what) => {
            problems.note("DC/OS CLI", what);
            return None;
        }
    };
    let Attachment {
        file,
        url,
        token,
        verify,
    } = found;
    let place = format!("{}: core.dcos_url", file.display());
    match Base::parse(&url, 80) {
        Ok(base) => settings.targets.admin_router = Some(base),
        Err(what) => problems.note(&place, what),
    }
    settings.tls.needed = settings.targets.needs_tls();
    match verify {
        Verify::Machine => {}
        Verify::Off if !settings.tls.needed || settings.tls.insecure => {}
        Verify::Off => problems.note(
            &format!("{}: core.ssl_verify", file.display()),
            "the DC/OS CLI does not verify certificates; gonogo does: give --ca-cert (the cluster serves it at /ca/dcos-ca.crt), or --insecure",
        ),
        Verify::Authority(ca) => {
            if let Err(what) = settings.tls.add_authority(&ca) {
                problems.note(&format!("{}: core.ssl_verify", file.display()), what);
            }
        }
    }
    Some(Attached { token })
}

/// The login request that a run would make, for `--dry-run`.
pub fn preview(settings: &Settings) -> Option<String> {
    let logs_in = settings.auth.user.is_some() || settings.auth.service_account.is_some();
    let router = settings.targets.routers().into_iter().next().filter(|_| logs_in)?;
    Some(format!("POST {router}{LOGIN_PATH} -> a token, not kept"))
}

/// What was chosen.
enum Chosen<'s> {
    None,
    Token(SecretString),
    TokenFile(&'s Path),
    User(&'s str),
    Service(&'s Path),
    Basic(&'s str),
}

/// Gets the credential; this may ask for a password and may log in.
///
/// # Errors
/// [`Failure`]: 2 for contradictions and unreadable files, 1 for a refused login, 7 for an untrusted one.
pub async fn obtain(
    settings: &Settings,
    attached: Option<Attached>,
    observer: &dyn Observer,
) -> Result<Credentials, Failure> {
    let origins = settings.targets.named_origins();
    let (kind, token) = match choose(settings, attached)? {
        Chosen::None => return Ok(Credentials::none()),
        Chosen::Basic(user) => {
            let password = password(settings, user, observer)?;
            return Ok(Credentials::basic(user, &password, origins));
        }
        Chosen::Token(token) => ("token", token),
        Chosen::TokenFile(path) => ("token", secret_file(path, observer)?),
        Chosen::User(user) => {
            let password = password(settings, user, observer)?;
            let login = Login::Password {
                user: user.to_owned(),
                password,
            };
            ("password", log_in(settings, &login, observer).await?)
        }
        Chosen::Service(path) => {
            let text = secret_file(path, observer)?;
            let account = ServiceAccount::parse(text.expose_secret())
                .map_err(|what| Failure::usage(format!("{}: {what}", path.display())))?;
            (
                "service-account",
                log_in(settings, &Login::Service(Box::new(account)), observer).await?,
            )
        }
    };
    if !token.expose_secret().chars().all(|c| c.is_ascii_graphic()) || token.expose_secret().is_empty() {
        return Err(Failure::usage(
            "the token is empty or holds characters that no token has",
        ));
    }
    if let Some(expiry) = expires_at(&token) {
        let now = chrono::Utc::now();
        let end = now + settings.limits.deadline;
        if expiry <= now {
            observer.note(&format!(
                "WARNING: the token ended at {}: log in again",
                expiry.to_rfc3339()
            ));
        } else if expiry < end {
            observer.note(&format!(
                "WARNING: the token ends at {}, before the run's deadline: what is asked later may be refused",
                expiry.to_rfc3339()
            ));
        }
    }
    Ok(Credentials::token(kind, &token, origins))
}

/// One credential: flags, then `DCOS_ACS_TOKEN`, then the file, then the DC/OS CLI.
fn choose(settings: &Settings, attached: Option<Attached>) -> Result<Chosen<'_>, Failure> {
    let auth = &settings.auth;
    let all: Vec<(&str, Chosen<'_>)> = [
        auth.token_file
            .as_ref()
            .map(|said| (said.place.as_str(), Chosen::TokenFile(&said.value))),
        auth.user
            .as_ref()
            .map(|said| (said.place.as_str(), Chosen::User(&said.value))),
        auth.service_account
            .as_ref()
            .map(|said| (said.place.as_str(), Chosen::Service(&said.value))),
        auth.basic_user
            .as_ref()
            .map(|said| (said.place.as_str(), Chosen::Basic(&said.value))),
    ]
    .into_iter()
    .flatten()
    .collect();
    let (flags, file): (Vec<_>, Vec<_>) = all.into_iter().partition(|(place, _)| place.starts_with("--"));
    if let Some(chosen) = only(flags)? {
        return Ok(chosen);
    }
    if let Some(token) = std::env::var(TOKEN_VARIABLE)
        .ok()
        .filter(|token| !token.trim().is_empty())
    {
        return Ok(Chosen::Token(token.trim().to_owned().into()));
    }
    if let Some(chosen) = only(file)? {
        return Ok(chosen);
    }
    Ok(attached
        .and_then(|attached| attached.token)
        .map_or(Chosen::None, Chosen::Token))
}

fn only<'s>(mut all: Vec<(&str, Chosen<'s>)>) -> Result<Option<Chosen<'s>>, Failure> {
    if all.len() > 1 {
        let places: Vec<&str> = all.iter().map(|(place, _)| *place).collect();
        return Err(Failure::usage(format!(
            "{}: one credential is used, not several",
            places.join(", ")
        )));
    }
    Ok(all.pop().map(|(_, chosen)| chosen))
}

/// A password: file, environment, prompt.
fn password(settings: &Settings, user: &str, observer: &dyn Observer) -> Result<SecretString, Failure> {
    if let Some(said) = &settings.auth.password_file {
        return secret_file(&said.value, observer);
    }
    if let Ok(password) = std::env::var(PASSWORD_VARIABLE) {
        return Ok(password.into());
    }
    if !std::io::stdin().is_terminal() {
        return Err(Failure::usage(format!("there is no password for {user}"))
            .hint("give --password-file or GONOGO_PASSWORD, or run in a terminal to be asked"));
    }
    let terminal = console::Term::stderr();
    terminal
        .write_str(&format!("Password of {}: ", super::text::sanitized(user)))
        .and_then(|()| terminal.read_secure_line())
        .map(SecretString::from)
        .map_err(|error| Failure::io("the prompt", &error))
}

/// A secret in a file, without the newline at its end. A file that others may read is said.
pub(super) fn secret_file(path: &Path, observer: &dyn Observer) -> Result<SecretString, Failure> {
    use std::os::unix::fs::PermissionsExt as _;
    let place = path.display();
    let problem = |error: std::io::Error| Failure::usage(format!("{place}: {error}"));
    let mode = std::fs::metadata(path).map_err(problem)?.permissions().mode();
    if mode & 0o077 != 0 {
        observer.note(&format!(
            "WARNING: {place} can be read by others (mode {:03o}); `chmod 600` it",
            mode & 0o777
        ));
    }
    let text: SecretString = std::fs::read_to_string(path).map_err(problem)?.into();
    let trimmed = text.expose_secret().trim_end_matches(['\n', '\r']);
    if trimmed.is_empty() {
        return Err(Failure::usage(format!("{place} is empty")));
    }
    Ok(trimmed.to_owned().into())
}

async fn log_in(settings: &Settings, login: &Login, observer: &dyn Observer) -> Result<SecretString, Failure> {
    let routers = settings.targets.routers();
    // A service account may say where to log in: believed where that is a named host, for it gets a signature of ours.
    let stated = match login {
        Login::Service(account) => account
            .login_endpoint
            .as_deref()
            .and_then(|url| Base::parse(url, 443).ok()),
        Login::Password { .. } => None,
    };
    let stated = stated.and_then(|stated| routers.iter().find(|router| router.origin == stated.origin).cloned());
    let router = stated
        .or_else(|| routers.first().cloned())
        .ok_or_else(|| Failure::usage("there is no Admin Router to log in at").hint("give --admin-router"))?;
    if !router.origin.tls {
        observer.note(&format!(
            "WARNING: the login goes to {router} without TLS: it can be read on the way"
        ));
    }
    login::login(
        login,
        &router,
        &settings.limits,
        &settings.tls,
        settings.proxy.as_deref(),
    )
    .await
    .map_err(|error| {
        let code = match &error {
            LoginError::Security { .. } => exit::SECURITY,
            LoginError::Refused { .. } | LoginError::Failed { .. } => exit::FAILURE,
        };
        Failure::new(code, error.to_string())
    })
}
