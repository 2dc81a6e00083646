//! How a message travels in the body of a request: as it is, or encoded within something else.

pub mod code;
pub mod parcel;
