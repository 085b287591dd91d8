//! The sealed copies of one run: made one at a time, published together or not at all.

use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::beside::Published;
use super::{Beside, Content, Form, Recipients, SealError, Sealed, Watch, seal};

/// Sealed copies on their way; removed with everything in them when dropped unpublished.
#[derive(Debug)]
pub struct Copies {
    recipients: Recipients,
    /// `None` once published.
    beside: Mutex<Option<Beside>>,
    folder: String,
    given_up: AtomicBool,
}

impl Copies {
    /// Begins the copies beside an archive.
    ///
    /// # Errors
    /// As [`Beside::prepare`]; [`SealError::Recipient`] when nobody is named.
    pub fn begin(archive: &Path, force: bool, recipients: Recipients) -> Result<Self, SealError> {
        // Said before the long work, not at its end.
        let _ = recipients.encryptor()?;
        let beside = Beside::prepare(archive, force)?;
        Ok(Self {
            folder: beside
                .path()
                .file_name()
                .unwrap_or_default()
                .to_string_lossy()
                .into_owned(),
            recipients,
            beside: Mutex::new(Some(beside)),
            given_up: AtomicBool::new(false),
        })
    }

    /// Name of the folder that the copies will stand in.
    pub fn folder(&self) -> &str {
        &self.folder
    }

    /// To how many recipients.
    pub fn recipients(&self) -> usize {
        self.recipients.len()
    }

    /// Seals one file or folder as `name`.
    ///
    /// # Errors
    /// See [`SealError`]; [`SealError::Stopped`] after publication.
    pub fn seal(&self, path: &Path, name: &str, watch: &mut Watch<'_>) -> Result<(Sealed, Content), SealError> {
        // Held to the end: whoever publishes waits for the copy that is being made, or it would be published unfinished.
        let beside = self.lock();
        let beside = beside.as_ref().ok_or(SealError::Stopped)?;
        let mut watch = |bytes| !self.given_up.load(Ordering::Relaxed) && watch(bytes);
        // Whoever waited here may have been told to stop meanwhile.
        if !watch(0) {
            return Err(SealError::Stopped);
        }
        seal(path, beside.place(name)?, &self.recipients, Form::Binary, &mut watch)
    }

    /// Takes back one copy: what it was made of is not what was proven.
    pub fn discard(&self, name: &str) {
        if let Some(beside) = self.lock().as_ref() {
            beside.discard(name);
        }
    }

    /// Gives the folder its name; `None` when nothing was sealed. Taken back when what is given is dropped unkept.
    ///
    /// # Errors
    /// [`SealError::Write`].
    pub fn publish(&self) -> Result<Option<Published>, SealError> {
        match self.lock().take() {
            Some(beside) => beside.publish(),
            None => Ok(None),
        }
    }

    /// Removes everything; a copy that is being made stops at its next chunk, which is waited for.
    pub fn give_up(&self) {
        self.given_up.store(true, Ordering::Relaxed);
        drop(self.lock().take());
    }

    fn lock(&self) -> MutexGuard<'_, Option<Beside>> {
        // A panic while a copy is made leaves its part file, which removes itself.
        self.beside.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
