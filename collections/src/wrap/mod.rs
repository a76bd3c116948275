//! Wrappers that store what they hold in another form.

#[cfg(feature = "cbor")]
mod cbor;
#[cfg(feature = "compress")]
mod compressed;
mod holder;
#[cfg(feature = "json")]
mod json;

#[cfg(feature = "cbor")]
pub use cbor::Cbor;
#[cfg(feature = "compress")]
pub use compressed::Compressed;
#[cfg(feature = "json")]
pub use json::Json;
