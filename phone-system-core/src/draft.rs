//! How a command works: on a draft, whose every event is applied at once, so that later steps see
//! earlier ones. A refusal drops the draft; a commit publishes it.
//!
//! The states of the three streams are written and read as snapshots: their `Serialize` says what
//! the text is, and what can be reckoned from it is left out. A change of such a text, or of anything
//! in it, needs a new version of snapshots from whoever keeps them.

use std::cell::OnceCell;
use std::ops::Deref;
use std::sync::Arc;

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
pub trait Apply: Clone + Default {
    /// What can happen to it.
    type Event: Clone;

    /// Applies one event.
    ///
    /// # Errors
    ///
    /// [`Inconsistent`] if the event does not fit the state, which then may be half changed and
    /// has to be dropped.
    fn apply(&mut self, event: &Self::Event) -> Result<(), Inconsistent>;

    /// Tells what an event that happens next, at `at`, brings about by itself, in the order in which it
    /// happens after the event. Asked of the state before the event, to which all that had ended by
    /// then has happened; what follows brings nothing about in turn.
    ///
    /// Nothing follows from an event of a state unless this says so; a state that is made of others
    /// has to ask those of whom something does.
    ///
    /// # Errors
    ///
    /// [`Inconsistent`] if an amount is out of range. Whether the event fits is told by
    /// [`apply`](Self::apply); of one that does not, this may tell anything.
    #[inline]
    fn each_consequence(
        &self,
        event: &Self::Event,
        at: Timestamp,
        told: impl FnMut(Self::Event),
    ) -> Result<(), Inconsistent> {
        let _ = (event, at, told);
        Ok(())
    }

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
/// It reads as the state itself, and shares it until something is recorded.
#[derive(Clone, Debug)]
pub struct Draft<S: Apply> {
    /// Not set as long as nobody asks for a state to which nothing has happened.
    state: OnceCell<Arc<S>>,
    /// The instant as of which the state stands, and at which happens what is recorded.
    at: Timestamp,
    ended: Vec<S::Event>,
    events: Vec<S::Event>,
}

impl<S: Apply> Draft<S> {
    /// A draft, at `at`, of a state to which nothing has happened.
    pub const fn of_nothing(at: Timestamp) -> Self {
        Self { state: OnceCell::new(), at, ended: Vec::new(), events: Vec::new() }
    }

    /// A draft of `state` as it stands at `at`: what has ended by then is recorded first.
    ///
    /// # Errors
    ///
    /// [`Inconsistent`] if an ending does not fit, which is a defect of the state that gave it.
    pub fn at(state: impl Into<Arc<S>>, at: Timestamp) -> Result<Self, Inconsistent> {
        let mut state = state.into();
        let ended = state.endings(at);
        for event in &ended {
            Arc::make_mut(&mut state).apply(event)?;
        }
        Ok(Self { state: state.into(), at, ended, events: Vec::new() })
    }

    /// Applies the event to the draft and records it, and then what it
    /// [brings about](Apply::each_consequence) by itself. Not for events that were recorded before: what
    /// followed from them was recorded too.
    ///
    /// # Errors
    ///
    /// [`Inconsistent`] if it does not fit, which is a defect of the command that recorded it; the
    /// draft has to be dropped then.
    pub fn record(&mut self, event: impl Into<S::Event>) -> Result<(), Inconsistent> {
        let event = event.into();
        let mut consequences = Vec::new();
        self.each_consequence(&event, self.at, |event| consequences.push(event))?;
        if self.events.is_empty() {
            // Most commands record one event; pushing it would make room for four.
            self.events = vec![event];
        } else {
            self.events.push(event);
        }
        self.apply_last()?;
        consequences.into_iter().try_for_each(|event| {
            self.events.push(event);
            self.apply_last()
        })
    }

    /// Applies the last event, which is not applied yet.
    fn apply_last(&mut self) -> Result<(), Inconsistent> {
        let Some((event, before)) = self.events.split_last_mut() else { return Ok(()) };
        let mut state = self.state.take().unwrap_or_default();
        let applied = Arc::make_mut(&mut state).apply(event);
        self.state = state.into();
        applied?;
        if before.last_mut().is_some_and(|last| S::merge(last, event)) {
            self.events.pop();
        }
        Ok(())
    }

    /// What was recorded by the command, without what had ended before it.
    pub fn events(&self) -> &[S::Event] {
        &self.events
    }

    /// What had ended before the command.
    pub fn ended(&self) -> &[S::Event] {
        &self.ended
    }

    /// Whether anything was recorded at all.
    pub fn is_unchanged(&self) -> bool {
        self.ended.is_empty() && self.events.is_empty()
    }

    /// The state, what had ended, and what was recorded.
    pub fn finish(self) -> (Arc<S>, Vec<S::Event>, Vec<S::Event>) {
        (self.state.into_inner().unwrap_or_default(), self.ended, self.events)
    }
}

impl<S: Apply> Deref for Draft<S> {
    type Target = S;

    fn deref(&self) -> &S {
        self.state.get_or_init(Arc::default)
    }
}

/// Declares a domain's events: the enum over its event structs, with their dotted names.
///
/// The JSON of an event is `{"type": "dotted.name", "data": {...}}`. Reading tolerates fields that
/// it does not know, and refuses a type that it does not know.
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

            /// Reads the data of the event with this name; `None` if this domain has no such event.
            pub(crate) fn read<'de, D: serde::Deserializer<'de>>(
                name: &str,
                data: D,
            ) -> Option<Result<Self, D::Error>> {
                match name {
                    $( $name => Some(serde::Deserialize::deserialize(data).map(Self::$variant)), )*
                    _ => None,
                }
            }
        }

        $crate::draft::deserialize_event!(Event);

        $( impl From<$variant> for Event {
            fn from(event: $variant) -> Self { Self::$variant(event) }
        } )*
    };
}
pub(crate) use events;

/// Reads `{"type": …, "data": …}` with the type's own `read`.
///
/// The type has to come first, as it is written: so the data are read once, where they are.
macro_rules! deserialize_event {
    ($event:ty) => {
        impl<'de> serde::Deserialize<'de> for $event {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                use serde::de::{DeserializeSeed, Error as _, IgnoredAny, MapAccess, Visitor};

                use $crate::text::Borrowed;

                struct Data<'a>(&'a str);
                impl<'de> DeserializeSeed<'de> for Data<'_> {
                    type Value = $event;
                    fn deserialize<D: serde::Deserializer<'de>>(
                        self,
                        data: D,
                    ) -> Result<$event, D::Error> {
                        // Skipping what is not known would make a state that never was.
                        let unknown = || {
                            D::Error::custom(format_args!(
                                "the event type `{}` is not known to this version",
                                self.0
                            ))
                        };
                        <$event>::read(self.0, data).ok_or_else(unknown)?
                    }
                }

                struct EventVisitor;
                impl<'de> Visitor<'de> for EventVisitor {
                    type Value = $event;
                    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                        f.write_str("an event: its type, then its data")
                    }
                    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<$event, A::Error> {
                        let is_next = |key: Option<Borrowed<'de>>, wanted: &'static str| {
                            let found = key.is_some_and(|Borrowed(key)| key == wanted);
                            found.then_some(()).ok_or_else(|| A::Error::missing_field(wanted))
                        };
                        is_next(map.next_key()?, "type")?;
                        let Borrowed(name) = map.next_value()?;
                        is_next(map.next_key()?, "data")?;
                        let event = map.next_value_seed(Data(&name))?;
                        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
                        Ok(event)
                    }
                }
                deserializer.deserialize_map(EventVisitor)
            }
        }
    };
}
pub(crate) use deserialize_event;
