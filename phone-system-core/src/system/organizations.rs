//! The organizations of a system, found by their ids without a lock.

use std::collections::BTreeMap;
use std::hash::BuildHasher;
use std::sync::{Arc, Mutex, OnceLock};

use foldhash::fast::RandomState;

use super::Organization;
use super::log::lock;
use crate::finder::{Finder, Found};
use crate::text::OrganizationId;

/// Organizations by id. There are more and more of them; none is taken out.
#[derive(Default)]
pub(super) struct Organizations {
    finder: Finder<Named>,
    hasher: RandomState,
    /// Locked by whoever adds one.
    adding: Mutex<()>,
}

/// An organization and its id.
#[derive(Default)]
struct Named(OnceLock<(OrganizationId, Arc<Organization>)>);

impl Found for Named {
    fn set_as(&self, other: &Self) {
        if let Some((id, organization)) = other.0.get() {
            // It is new: nobody else has set it.
            let _ = self.0.set((id.clone(), Arc::clone(organization)));
        }
    }
}

impl Organizations {
    fn key(&self, id: &OrganizationId) -> u64 {
        // Never 0; two ids with one key are told apart by the ids.
        self.hasher.hash_one(id) | 1
    }

    #[inline]
    pub(super) fn find(&self, id: &OrganizationId) -> Option<&Arc<Organization>> {
        self.finder.find(self.key(id), |named| {
            let (other, organization) = named.0.get()?;
            (other == id).then_some(organization)
        })
    }

    pub(super) fn find_or_add(&self, id: &OrganizationId) -> &Arc<Organization> {
        loop {
            if let Some(found) = self.find(id) {
                return found;
            }
            let _adding = lock(&self.adding);
            // Another thread may have been first.
            if self.find(id).is_none() {
                self.add(id.clone(), Arc::default());
            }
        }
    }

    fn add(&self, id: OrganizationId, organization: Arc<Organization>) {
        let key = self.key(&id);
        self.finder.add(key, &Named(OnceLock::from((id, organization))));
    }

    /// All organizations, in the order of their ids.
    pub(super) fn all(&self) -> BTreeMap<OrganizationId, Arc<Organization>> {
        let named = self.finder.iter().filter_map(|named| named.0.get());
        named.map(|(id, organization)| (id.clone(), Arc::clone(organization))).collect()
    }
}

impl FromIterator<(OrganizationId, Organization)> for Organizations {
    fn from_iter<I: IntoIterator<Item = (OrganizationId, Organization)>>(all: I) -> Self {
        let organizations = Self::default();
        for (id, organization) in all {
            organizations.add(id, Arc::new(organization));
        }
        organizations
    }
}
