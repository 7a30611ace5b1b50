//! The clock of the system.

use std::time::SystemTime;

/// Returns the current time.
///
/// `SystemTime::now` panics in browsers and other hosts of `wasm32-unknown-unknown`, where the clock
/// is that of JavaScript.
#[doc(hidden)]
pub fn system_time() -> SystemTime {
    #[cfg(not(all(target_arch = "wasm32", target_os = "unknown")))]
    return SystemTime::now();
    #[cfg(all(target_arch = "wasm32", target_os = "unknown"))]
    return web_time::web::SystemTimeExt::to_std(web_time::SystemTime::now());
}
