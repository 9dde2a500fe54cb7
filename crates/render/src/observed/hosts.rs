//! The hosts of a pass as a table.

use observation::{Host, MOST_HOSTS, Observation, Pass, Transport};

use super::pass::name;
use super::sanitize::{NAME, sanitize};
use crate::format::grouped;

/// A table of hosts.
pub(crate) struct HostTable {
    pub(crate) id: String,
    pub(crate) heading: String,
    pub(crate) intro: String,
    pub(crate) columns: Vec<&'static str>,
    pub(crate) rows: Vec<(String, Vec<String>)>,
}

/// A count of a host, and what it is called.
type Column = (&'static str, fn(&Host) -> u64);

const COLUMNS: [Column; 11] = [
    ("connections", |host| host.connections),
    ("requests", |host| host.exchanges),
    ("need not have been opened", |host| host.could_have_reused),
    ("of those beside an idle one", |host| host.beside_idle),
    ("cut by the server while idle", |host| host.cut_idle),
    ("opened again at once", |host| host.reopened),
    ("handshakes", |host| host.handshakes),
    ("resumed", |host| host.resumed),
    ("full, could have been resumed", |host| host.full_again),
    ("offered a session", |host| host.offered_session),
    ("tickets in clear", |host| host.tickets),
];

/// A table for each pass that reached a host.
pub(crate) fn tables(observation: &Observation) -> Vec<HostTable> {
    observation.passes.iter().filter(|pass| !pass.hosts.is_empty()).map(table).collect()
}

fn table(pass: &Pass) -> HostTable {
    let hosts = || pass.hosts.iter().take(MOST_HOSTS);
    let columns = || COLUMNS.iter().filter(|(_, of)| hosts().any(|host| of(host) > 0));
    let row = |host: &Host| {
        let name = if host.name.is_empty() { "(not named)".to_owned() } else { sanitize(&host.name, NAME) };
        (name, columns().map(|(_, of)| grouped(of(host) as f64)).collect())
    };
    let (id, heading) = match pass.transport {
        Transport::Own => ("hosts".to_owned(), "Hosts".to_owned()),
        transport => {
            let name = name(transport);
            (format!("hosts-{}", name.to_lowercase()), format!("Hosts over {name}"))
        }
    };
    let intro = match pass.hosts.len() {
        met if met >= MOST_HOSTS => format!("The first {MOST_HOSTS}; the table of counts has all."),
        _ => String::new(),
    };
    let columns = ["host"].into_iter().chain(columns().map(|(name, _)| *name)).collect();
    HostTable { id, heading, intro, columns, rows: hosts().map(row).collect() }
}
