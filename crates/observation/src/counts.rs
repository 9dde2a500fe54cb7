//! Counts that are exact, however many connections there are.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::connection::Close;
use crate::quantiles::Quantiles;

/// The most hosts that are counted separately. Further ones are only part of [`Counts`].
pub const MOST_HOSTS: usize = 256;

/// The most reasons for not reaching a host that are counted separately. Further ones are counted as "other reasons".
pub const MOST_REASONS: usize = 64;

/// The name under which further reasons are counted.
pub(crate) const OTHER_REASONS: &str = "other reasons";

/// Exact counts of a pass.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Counts {
    /// Connections accepted.
    pub connections: u64,
    /// Of those, connections on which TLS was spoken.
    pub tls: u64,
    /// Of those, connections on which neither TLS nor HTTP was spoken.
    pub other: u64,
    /// Of those, connections that may have had several requests under way at once (HTTP/2).
    pub may_be_h2: u64,
    /// Handshakes that both sides finished, for all that can be seen.
    pub handshakes: u64,
    /// Of those, full ones.
    pub full: u64,
    /// Of those, resumed ones.
    pub resumed: u64,
    /// Handshakes in which the server asked for another ClientHello.
    pub retried: u64,
    /// Handshakes that were begun and not finished.
    pub unfinished: u64,
    /// Handshakes that the client ended with an encrypted record of an alert's size.
    pub hidden_alerts: u64,
    /// Handshakes by the version that the server chose.
    pub versions: BTreeMap<String, u64>,
    /// Handshakes by the suite that the server chose.
    pub suites: BTreeMap<String, u64>,
    /// Handshakes by the key-exchange group, where it was seen.
    pub groups: BTreeMap<String, u64>,
    /// Alerts in clear, by who sent them and their name: `client unknown_ca`.
    pub alerts: BTreeMap<String, u64>,
    /// Requests to connect that the observer did not carry on, by reason, the first [`MOST_REASONS`] of them apart.
    pub not_reached: BTreeMap<String, u64>,
    /// Requests of programs that are not the command, which were turned away.
    #[serde(default)]
    pub strangers: u64,
    /// Connections that the observer closed because it could open no more files.
    #[serde(default)]
    pub no_room: u64,
    /// How connections ended.
    pub closes: BTreeMap<Close, u64>,
    /// Exchanges.
    pub exchanges: u64,
    /// Of those, ones without any answer.
    pub unanswered: u64,
    /// Of the exchanges, ones to which the server sent no more than what may be tickets of TLS 1.3, followed by a
    /// silence as long as that of a client which waits in vain: unanswered where the client then ended the connection,
    /// else taken as answered.
    #[serde(default)]
    pub perhaps_unanswered: u64,
    /// Exchanges that paused for 35 to 60 ms between two parts of the request: what Nagle's algorithm waits for a
    /// delayed acknowledgement.
    pub delayed_ack_gaps: u64,
    /// Connections on which a request was sent after the server had ended them, idle.
    pub sent_into_closed: u64,
    /// Records that were not as TLS has them.
    pub irregular: u64,
    /// Bytes that clients sent.
    pub bytes_up: u64,
    /// Bytes that clients were sent.
    pub bytes_down: u64,
    /// Time to resolve hosts.
    pub resolve: Quantiles,
    /// Time to connect to hosts.
    pub connect: Quantiles,
    /// Time from the first byte of the ClientHello to the end of the handshake.
    pub handshake: Quantiles,
    /// Time that handshakes stood with the client, each turn for itself.
    pub client_turns: Quantiles,
    /// Client's turns of 20 ms and more ([`crate::HELD_NS`]).
    pub held: Quantiles,
    /// Time that handshakes stood with the server, each turn for itself.
    pub server_turns: Quantiles,
    /// Time from the request's first byte to the answer's.
    pub waits: Quantiles,
    /// Time from the answer's first byte to its last.
    pub transfers: Quantiles,
}

/// Exact counts of one host.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Host {
    /// `host:port` as the command named it.
    pub name: String,
    /// Connections to it.
    pub connections: u64,
    /// Exchanges with it.
    pub exchanges: u64,
    /// Connections that were opened although an earlier one had done its work: it stood idle, or the client had closed
    /// it, and the server had not.
    pub could_have_reused: u64,
    /// Of those, ones whose forerunner stood idle then.
    pub beside_idle: u64,
    /// Connections that were opened after one that the server had ended within 50 ms of its answer: it does not keep
    /// connections, or the client had asked it not to (`Connection: close`), which TLS hides.
    pub after_servers_close: u64,
    /// Connections that the server ended while they were idle after use, later than that.
    pub cut_idle: u64,
    /// Connections that were opened within two minutes of that.
    pub reopened: u64,
    /// Finished handshakes.
    pub handshakes: u64,
    /// Of those, resumed ones.
    pub resumed: u64,
    /// Of those, full ones on connections that were opened after an earlier one had been finished: a session could have
    /// been resumed.
    pub full_again: u64,
    /// Of those, ones whose ClientHello offered a session.
    pub offered_session: u64,
    /// Tickets seen in clear (TLS 1.2).
    pub tickets: u64,
}
