//! The table of a run's hosts.

use observation::{Host, MOST_HOSTS, Observation, ObservedRun, Transport};

use super::pass::name;
use super::sanitize::{NAME, sanitize};
use crate::format::grouped;
use crate::table::column::{Column, table};
use crate::table::{Look, Table};

/// The title of a column, and the count of a host in it.
type Count = (&'static str, fn(&Host) -> u64);

const COUNTS: [Count; 11] = [
    ("connections", |host| host.connections),
    ("requests", |host| host.exchanges),
    ("needlessly opened", |host| host.could_have_reused),
    ("of those, while another was idle", |host| host.beside_idle),
    ("closed by the server while idle", |host| host.cut_idle),
    ("reopened soon after that", |host| host.reopened),
    ("handshakes", |host| host.handshakes),
    ("resumed", |host| host.resumed),
    ("full, though resumption was possible", |host| host.full_again),
    ("offered a session", |host| host.offered_session),
    ("unencrypted session tickets", |host| host.tickets),
];

/// A table for each run that reached a host.
pub(crate) fn tables(observation: &Observation) -> Vec<Table> {
    observation.passes.iter().filter(|pass| !pass.hosts.is_empty()).map(of_pass).collect()
}

fn of_pass(pass: &ObservedRun) -> Table {
    let hosts = || pass.hosts.iter().take(MOST_HOSTS);
    let mut columns = vec![Column::new("host", |host: &&Host| match host.name.is_empty() {
        true => "(not named)".to_owned(),
        false => sanitize(&host.name, NAME),
    })];
    let counted = COUNTS.into_iter().filter(|(_, count)| hosts().any(|host| count(host) > 0));
    columns.extend(
        counted.map(|(title, count)| Column::new(title, move |host: &&Host| count(host)).number(grouped).right()),
    );
    let (id, title) = match pass.transport {
        Transport::Own => ("hosts".to_owned(), "Hosts".to_owned()),
        transport => {
            let name = name(transport);
            (format!("hosts-{}", name.to_lowercase()), format!("Hosts over {name}"))
        }
    };
    let intro = match pass.hosts.len() {
        met if met >= MOST_HOSTS => {
            format!("These are the first {MOST_HOSTS} hosts; the table of counts includes all.")
        }
        _ => String::new(),
    };
    table(&columns, hosts()).titled(id, title, intro).looking(Look::Plain)
}
