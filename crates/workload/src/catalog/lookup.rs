//! Queries over all entries: by name, those outside the matrix, the functions that do some work.

use super::client::Client;
use super::model::Model;
use super::stack::Stack;
use super::symbols::Work;
use super::{clients, models, stacks};

/// The entry of the model of that name.
pub fn model_named(name: &str) -> Option<&'static Model> {
    models::ALL.iter().copied().find(|model| model.name == name)
}

/// The entry of the client of that name.
pub fn client_named(name: &str) -> Option<&'static Client> {
    clients::ALL.iter().copied().find(|client| client.name == name)
}

/// The entry of the TLS stack of that name.
pub fn stack_named(name: &str) -> Option<&'static Stack> {
    stacks::ALL.iter().copied().find(|stack| stack.name == name)
}

/// The entries that are not part of the default matrix: their names, after the word for their kind. Kinds without such
/// entries are omitted.
pub fn beyond() -> Vec<(&'static str, Vec<&'static str>)> {
    let models = models::ALL.iter().filter(|model| !model.core).map(|model| model.name).collect();
    let clients = clients::ALL.iter().filter(|client| !client.core).map(|client| client.name).collect();
    let stacks = stacks::ALL.iter().filter(|stack| !stack.core).map(|stack| stack.name).collect();
    let mut kinds: Vec<(_, Vec<&str>)> = vec![("models", models), ("clients", clients), ("TLS stacks", stacks)];
    kinds.retain(|(_, names)| !names.is_empty());
    kinds
}

/// The patterns of all functions that do `work`, of every entry.
pub fn symbols_of(work: Work) -> impl Iterator<Item = &'static str> {
    let models = models::ALL.iter().flat_map(|model| model.symbols);
    let clients = clients::ALL.iter().flat_map(|client| client.symbols);
    let stacks = stacks::ALL.iter().flat_map(|stack| stack.symbols);
    let all = models.chain(clients).chain(stacks);
    all.filter(move |symbols| symbols.work == work).flat_map(|symbols| symbols.patterns.split(' '))
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;
    use crate::Cell;

    #[test]
    fn names_follow_the_grammar_of_cells_and_stand_once() {
        for model in models::ALL {
            for client in clients::ALL {
                for stack in stacks::ALL {
                    let name = format!("{}/{}/{}/new-conn", model.name, client.name, stack.name);
                    assert_eq!(name.parse::<Cell>().map(|cell| cell.to_string()), Ok(name));
                }
            }
        }
        let models: HashSet<&str> = models::ALL.iter().map(|model| model.name).collect();
        let clients: HashSet<&str> = clients::ALL.iter().map(|client| client.name).collect();
        let stacks: HashSet<&str> = stacks::ALL.iter().map(|stack| stack.name).collect();
        let count = [models::ALL.len(), clients::ALL.len(), stacks::ALL.len()];
        assert_eq!([models.len(), clients.len(), stacks.len()], count);
    }

    #[test]
    fn entries_are_found_by_their_names() {
        assert!(
            models::ALL.iter().all(|entry| model_named(entry.name).is_some_and(|found| std::ptr::eq(found, *entry)))
        );
        assert!(
            clients::ALL.iter().all(|entry| client_named(entry.name).is_some_and(|found| std::ptr::eq(found, *entry)))
        );
        assert!(
            stacks::ALL.iter().all(|entry| stack_named(entry.name).is_some_and(|found| std::ptr::eq(found, *entry)))
        );
        assert!(model_named("nobody").is_none() && client_named("nobody").is_none() && stack_named("nobody").is_none());
    }

    #[test]
    fn every_model_has_a_note() {
        assert!(models::ALL.iter().all(|model| !model.note.is_empty()));
    }
}
