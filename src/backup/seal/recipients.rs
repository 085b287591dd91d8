//! Recipients: the public halves (`age1…`) of the identities that may open what is sealed.
//!
//! Never accepts anything else in their place: a secret that was given by mistake is refused and not repeated.

use std::fs;
use std::path::Path;

use super::SealError;

/// Largest recipients file, bytes: thousands of recipients.
const LIMIT: u64 = 1 << 20;

/// To whom is sealed. Empty until recipients are added; nothing is sealed to nobody.
#[derive(Debug, Clone, Default)]
pub struct Recipients {
    keys: Vec<age::x25519::Recipient>,
}

impl Recipients {
    /// Adds one recipient; one that is there already counts once.
    ///
    /// # Errors
    /// [`SealError::Recipient`].
    pub fn add(&mut self, text: &str) -> Result<(), SealError> {
        self.enter(text.trim())
            .map_err(|what| SealError::Recipient(what.to_owned()))
    }

    /// Adds the recipients of a file: one a line; empty lines and lines that begin with `#` say nothing.
    ///
    /// # Errors
    /// [`SealError::Recipient`] with the line; [`SealError::Read`].
    pub fn add_file(&mut self, path: &Path) -> Result<(), SealError> {
        let place = path.display();
        let meta = fs::metadata(path).map_err(|e| SealError::read(path, e))?;
        if meta.len() > LIMIT {
            return Err(SealError::Recipient(format!(
                "{place} is larger than 1 MiB: no file of recipients"
            )));
        }
        let text = fs::read_to_string(path).map_err(|e| SealError::read(path, e))?;
        let before = self.keys.len();
        let mut named = false;
        for (number, line) in text.lines().enumerate() {
            let line = line.trim();
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            named = true;
            self.enter(line)
                .map_err(|what| SealError::Recipient(format!("{place}, line {}: {what}", number + 1)))?;
        }
        if !named && before == self.keys.len() {
            return Err(SealError::Recipient(format!("{place} names no recipient")));
        }
        Ok(())
    }

    /// How many.
    pub fn len(&self) -> usize {
        self.keys.len()
    }

    /// Whether nobody was named.
    pub fn is_empty(&self) -> bool {
        self.keys.is_empty()
    }

    /// The recipients as text, in the order in which they were named.
    pub fn named(&self) -> impl Iterator<Item = String> {
        self.keys.iter().map(ToString::to_string)
    }

    pub(super) fn encryptor(&self) -> Result<age::Encryptor, SealError> {
        age::Encryptor::with_recipients(self.keys.iter().map(|key| key as &dyn age::Recipient))
            .map_err(|_| SealError::Recipient("no recipient is named: nobody could open what is sealed".to_owned()))
    }

    fn enter(&mut self, text: &str) -> Result<(), &'static str> {
        let key: age::x25519::Recipient = text.parse().map_err(|_| what_instead(text))?;
        if !self.keys.contains(&key) {
            self.keys.push(key);
        }
        Ok(())
    }
}

/// What was given in the place of a recipient. Never repeats it: it may be a secret.
fn what_instead(text: &str) -> &'static str {
    let lower = text.to_ascii_lowercase();
    if lower.starts_with("age-secret-key-") {
        "this is an identity, a secret, not a recipient; give its public half (age1…, as `age-keygen -y` prints it)"
    } else if lower.starts_with("ssh-") {
        "an SSH key is no recipient here; give one of `age-keygen` (age1…)"
    } else if lower.starts_with("age1pq1") || lower.starts_with("age1tag") {
        "this kind of recipient is not known; give one of `age-keygen` (age1… and 58 characters)"
    } else if lower.starts_with("age1") {
        "no recipient: a character is missing, too many or wrong (expected age1… and 58 characters)"
    } else {
        "no recipient (expected age1… and 58 characters, as `age-keygen` prints it)"
    }
}
