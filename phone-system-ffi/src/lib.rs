//! The C interface of phone-system.
