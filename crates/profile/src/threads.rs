//! Which name a thread had at which time: threads start with the name of their parent, may change it, and thread IDs
//! are reused.

use std::collections::HashMap;
use std::sync::Arc;

use crate::raw_sample::TaskEvent;
use crate::stack::UNKNOWN;

/// The names of a process's threads, followed forward in time.
#[derive(Debug)]
pub(crate) struct ThreadNames {
    now: HashMap<u32, Arc<str>>,
    /// Future events, the latest first.
    to_come: Vec<TaskEvent>,
    unknown: Arc<str>,
}

impl ThreadNames {
    /// Starts with the names at the beginning.
    pub(crate) fn new(start: HashMap<u32, Arc<str>>, mut events: Vec<TaskEvent>) -> Self {
        events.sort_by_key(|event| std::cmp::Reverse(event.time()));
        Self { now: start, to_come: events, unknown: UNKNOWN.into() }
    }

    /// The name of thread `tid` at `time`, which must not be earlier than in any previous call.
    pub(crate) fn at(&mut self, time: u64, tid: u32) -> Arc<str> {
        while let Some(event) = self.to_come.pop_if(|event| event.time() <= time) {
            match event {
                TaskEvent::Fork { tid, parent, .. } => {
                    let name = self.now.get(&parent).unwrap_or(&self.unknown).clone();
                    self.now.insert(tid, name);
                }
                TaskEvent::Name { tid, name, .. } => {
                    self.now.insert(tid, name);
                }
            }
        }
        self.now.get(&tid).unwrap_or(&self.unknown).clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_thread_bears_its_parents_name_until_it_takes_its_own() {
        let start = HashMap::from([(1, Arc::from("main"))]);
        let events = vec![
            TaskEvent::Name { time: 20, tid: 2, name: "worker".into() },
            TaskEvent::Fork { time: 10, tid: 2, parent: 1 },
            TaskEvent::Fork { time: 30, tid: 2, parent: 1 },
        ];
        let mut names = ThreadNames::new(start, events);
        assert_eq!(&*names.at(5, 2), UNKNOWN);
        assert_eq!(&*names.at(15, 2), "main");
        assert_eq!(&*names.at(25, 2), "worker");
        assert_eq!(&*names.at(35, 2), "main", "the number is used again");
        assert_eq!(&*names.at(36, 1), "main");
    }
}
