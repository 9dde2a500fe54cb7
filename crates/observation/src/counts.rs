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

/// Exact counts of a run.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Counts {
    /// Connections that the observer accepted.
    pub connections: u64,
    /// Connections that used TLS.
    pub tls: u64,
    /// Connections that used neither TLS nor HTTP.
    pub other: u64,
    /// Connections that may have had several requests in flight at once (HTTP/2).
    pub may_be_h2: u64,
    /// Handshakes that both sides completed, as far as that is visible.
    pub handshakes: u64,
    /// Completed full handshakes.
    pub full: u64,
    /// Completed resumed handshakes.
    pub resumed: u64,
    /// Handshakes in which the server requested another ClientHello.
    pub retried: u64,
    /// Handshakes that were begun and not completed.
    pub unfinished: u64,
    /// Handshakes that the client ended with an encrypted record that has the size of an alert.
    pub hidden_alerts: u64,
    /// Handshakes by negotiated version.
    pub versions: BTreeMap<String, u64>,
    /// Handshakes by negotiated cipher suite.
    pub suites: BTreeMap<String, u64>,
    /// Handshakes by key-exchange group, if it is visible.
    pub groups: BTreeMap<String, u64>,
    /// Unencrypted alerts by sender and name: `client unknown_ca`.
    pub alerts: BTreeMap<String, u64>,
    /// Requests to connect that the observer could not fulfil, by reason. Only the first [`MOST_REASONS`] reasons are
    /// counted separately.
    pub not_reached: BTreeMap<String, u64>,
    /// Requests of programs other than the command, which were refused.
    #[serde(default)]
    pub strangers: u64,
    /// Connections that the observer closed because it had reached its limit of open files.
    #[serde(default)]
    pub no_room: u64,
    /// Connections by the way in which they ended.
    pub closes: BTreeMap<Close, u64>,
    /// Exchanges on all connections.
    pub exchanges: u64,
    /// Exchanges without any response.
    pub unanswered: u64,
    /// Exchanges for which it is uncertain whether there was a response: the server sent no more than what may be TLS
    /// 1.3 session tickets, and then nothing for as long as a client waits in vain. They count as unanswered if the
    /// client then closed the connection, and otherwise as answered.
    #[serde(default)]
    pub perhaps_unanswered: u64,
    /// Exchanges that paused for 35 to 60 ms between two parts of the request: so long Nagle's algorithm waits for a
    /// delayed acknowledgement.
    pub delayed_ack_gaps: u64,
    /// Connections on which a request was sent after the server had closed them while they were idle.
    pub sent_into_closed: u64,
    /// Violations of the TLS record format.
    pub irregular: u64,
    /// Bytes that clients sent.
    pub bytes_up: u64,
    /// Bytes that clients received.
    pub bytes_down: u64,
    /// The times to resolve hosts.
    pub resolve: Quantiles,
    /// The times to connect to hosts.
    pub connect: Quantiles,
    /// The times from the first byte of the ClientHello to the end of the handshake.
    pub handshake: Quantiles,
    /// The lengths of the client's turns in handshakes.
    pub client_turns: Quantiles,
    /// The lengths of those client's turns that took 20 ms or more ([`crate::HELD_NS`]).
    pub held: Quantiles,
    /// The lengths of the server's turns in handshakes.
    pub server_turns: Quantiles,
    /// The times from the request's first byte to the response's first byte.
    pub waits: Quantiles,
    /// The times from the response's first byte to its last.
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
    /// Connections that were opened although an earlier one could have been reused: it was idle after use, or the
    /// client, not the server, had closed it.
    pub could_have_reused: u64,
    /// Connections of `could_have_reused` that were opened while the earlier connection was open and idle.
    pub beside_idle: u64,
    /// Connections that were opened after one that the server had closed within 50 ms of its response. Either the
    /// server does not keep connections, or the client had asked it not to (`Connection: close`), which TLS hides.
    pub after_servers_close: u64,
    /// Connections that the server closed while they were idle after use, more than 50 ms after the last response.
    pub cut_idle: u64,
    /// Connections that were opened within two minutes after the server had closed an idle one.
    pub reopened: u64,
    /// Completed handshakes.
    pub handshakes: u64,
    /// Completed resumed handshakes.
    pub resumed: u64,
    /// Completed full handshakes on connections that were opened after an earlier handshake with the host had been
    /// completed, so that a session could have been resumed.
    pub full_again: u64,
    /// Completed handshakes whose ClientHello offered a session for resumption.
    pub offered_session: u64,
    /// Unencrypted session tickets (TLS 1.2).
    pub tickets: u64,
}
