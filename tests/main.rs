//! Tests over the whole of phone-system.
