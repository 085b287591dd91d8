//! Limits of a run: time, size, numbers. All have defaults; none can be switched off.

use std::time::Duration;

/// Limits of a run.
#[derive(Debug, Clone)]
pub struct Limits {
    /// Requests in flight at once, over all hosts.
    pub concurrency: usize,
    /// Requests in flight at once at one host.
    pub per_host: usize,
    /// Time to connect.
    pub connect: Duration,
    /// Time from sending a request to the first byte of its answer.
    pub first_byte: Duration,
    /// Time for the whole body of an ordinary item.
    pub item_total: Duration,
    /// Time for the whole body of an item that grows with the number of tasks.
    pub bulk_total: Duration,
    /// Window over which the least rate is measured.
    pub rate_window: Duration,
    /// Bytes per second that must arrive within each window.
    pub least_rate: u64,
    /// Decoded bytes of an ordinary item.
    pub item_bytes: u64,
    /// Decoded bytes of an item that grows with the number of tasks (`/state`).
    pub bulk_bytes: u64,
    /// Requests for one item beyond the first.
    pub retries: u32,
    /// Pause before the first retry; doubled for the second, with jitter; also the cap for `Retry-After` is thirty times this.
    pub retry_pause: Duration,
    /// Hops of a redirect that is followed.
    pub hops: u32,
    /// Time for the whole run.
    pub deadline: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            concurrency: 16,
            per_host: 2,
            connect: Duration::from_secs(5),
            first_byte: Duration::from_secs(30),
            item_total: Duration::from_mins(2),
            bulk_total: Duration::from_mins(30),
            rate_window: Duration::from_secs(20),
            least_rate: 1024,
            item_bytes: 64 << 20,
            bulk_bytes: 4 << 30,
            retries: 2,
            retry_pause: Duration::from_millis(300),
            hops: 3,
            deadline: Duration::from_hours(1),
        }
    }
}
