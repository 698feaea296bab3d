//! How a command works: on a draft, whose every event is applied at once, so that later steps see
//! earlier ones. A refusal drops the draft; a commit publishes it.

use std::ops::Deref;

use crate::error::refusals;
use crate::time::Timestamp;

refusals! {
    /// An event that does not fit the state it is to be applied to.
    ///
    /// Live it cannot happen (a command records only what it has checked); on opening or importing
    /// it means that the log was not written by this library, or was changed.
    pub enum Inconsistent {
        Event = InconsistentEvent { event: &'static str, problem: &'static str }
            => "the event `{event}` cannot be applied: {problem}",
    }
}

/// A state that is changed by events, and by nothing else.
pub trait Apply: Clone {
    /// What can happen to it.
    type Event: Clone;

    /// Applies one event.
    ///
    /// # Errors
    ///
    /// [`Inconsistent`] if the event does not fit the state, which then may be half changed and
    /// has to be dropped.
    fn apply(&mut self, event: &Self::Event) -> Result<(), Inconsistent>;

    /// What has come to its end at or before `at`, as events in the order of their instants.
    ///
    /// Each event carries the instant at which it was due, so it does not matter when it is
    /// recorded. Nothing of a state ends by itself unless this says so.
    fn endings(&self, at: Timestamp) -> Vec<Self::Event> {
        let _ = at;
        Vec::new()
    }

    /// Takes `next` into `last` if one plural event can say both; answers whether it did.
    fn merge(last: &mut Self::Event, next: &Self::Event) -> bool {
        let _ = (last, next);
        false
    }
}

/// The working copy on which a command records what it decides.
///
/// It reads as the state itself.
#[derive(Clone, Debug)]
pub struct Draft<S: Apply> {
    state: S,
    ended: Vec<S::Event>,
    events: Vec<S::Event>,
}

impl<S: Apply> Draft<S> {
    /// A draft of `state` as it stands at `at`: what has ended by then is recorded first.
    ///
    /// # Errors
    ///
    /// [`Inconsistent`] if an ending does not fit, which is a defect of the state that gave it.
    pub fn at(state: S, at: Timestamp) -> Result<Self, Inconsistent> {
        let mut draft = Self {
            ended: state.endings(at),
            state,
            events: Vec::new(),
        };
        for event in &draft.ended {
            draft.state.apply(event)?;
        }
        Ok(draft)
    }

    /// Applies the event to the draft and records it.
    ///
    /// # Errors
    ///
    /// [`Inconsistent`] if it does not fit, which is a defect of the command that recorded it.
    pub fn record(&mut self, event: impl Into<S::Event>) -> Result<(), Inconsistent> {
        let event = event.into();
        self.state.apply(&event)?;
        let merged = self
            .events
            .last_mut()
            .is_some_and(|last| S::merge(last, &event));
        if !merged {
            self.events.push(event);
        }
        Ok(())
    }

    /// What was recorded by the command, without what had ended before it.
    pub fn events(&self) -> &[S::Event] {
        &self.events
    }

    /// Whether anything was recorded at all.
    pub fn is_unchanged(&self) -> bool {
        self.ended.is_empty() && self.events.is_empty()
    }

    /// The state, what had ended, and what was recorded.
    pub fn finish(self) -> (S, Vec<S::Event>, Vec<S::Event>) {
        (self.state, self.ended, self.events)
    }
}

impl<S: Apply> Deref for Draft<S> {
    type Target = S;

    fn deref(&self) -> &S {
        &self.state
    }
}

/// Declares a domain's events: the enum over its event structs, with their dotted names.
///
/// The JSON of an event is `{"type": "dotted.name", "data": {...}}`. Reading tolerates fields that
/// it does not know; a type that it does not know answers `None`.
macro_rules! events {
    (
        $(#[$meta:meta])*
        pub enum Event { $( $variant:ident = $name:literal, )* }
    ) => {
        $(#[$meta])*
        #[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
        #[serde(tag = "type", content = "data")]
        #[non_exhaustive]
        pub enum Event {
            $( #[doc = concat!("`", $name, "`")] #[serde(rename = $name)] $variant($variant), )*
        }

        impl Event {
            /// The dotted names of all events of this domain.
            pub const NAMES: &'static [&'static str] = &[$( $name, )*];

            /// The dotted name.
            pub const fn name(&self) -> &'static str {
                match self { $( Self::$variant(_) => $name, )* }
            }

            /// Reads an event of this domain from its name and the JSON of its data.
            pub(crate) fn read(name: &str, data: &str) -> Option<Result<Self, serde_json::Error>> {
                match name {
                    $( $name => Some(serde_json::from_str(data).map(Self::$variant)), )*
                    _ => None,
                }
            }
        }

        $( impl From<$variant> for Event {
            fn from(event: $variant) -> Self { Self::$variant(event) }
        } )*
    };
}
pub(crate) use events;
