//! The axes as flags: every chosen cell over TLS takes every place that they name.

use params::{CertificateKey, Chain, Group, TlsVersion, Trust};
use workload::{Axes, Cell, Rtt, Variable};

#[derive(clap::Args, Default)]
pub(crate) struct AxisArgs {
    /// Versions of TLS: 1.2, 1.3 [default: 1.3]
    #[arg(long, value_name = "VERSION,…", value_delimiter = ',', help_heading = "TLS")]
    tls_version: Vec<TlsVersion>,
    /// Key-exchange groups: x25519, x25519mlkem768, p256 [default: x25519]
    #[arg(long, value_name = "GROUP,…", value_delimiter = ',', help_heading = "TLS")]
    group: Vec<Group>,
    /// Keys of the origin's certificates: ecdsa-p256, rsa-2048 [default: ecdsa-p256]
    #[arg(long, value_name = "KEY,…", value_delimiter = ',', help_heading = "TLS")]
    cert: Vec<CertificateKey>,
    /// Certificates that the origin sends: 1, 2, 3 [default: 2]
    #[arg(long, value_name = "LENGTH,…", value_delimiter = ',', help_heading = "TLS")]
    chain: Vec<Chain>,
    /// What clients trust: mozilla (and the run's own root), own (that root alone) [default: mozilla]
    #[arg(long, value_name = "STORE,…", value_delimiter = ',', help_heading = "TLS")]
    trust: Vec<Trust>,
    /// How far away the origin is: round trips in ms, imitated by a relay [default: 0, loopback as it is]
    #[arg(long, value_name = "MS,…", value_delimiter = ',', help_heading = "TLS")]
    rtt: Vec<Rtt>,
}

impl AxisArgs {
    /// Whether none was named.
    pub(crate) fn is_empty(&self) -> bool {
        let AxisArgs { tls_version, group, cert, chain, trust, rtt } = self;
        tls_version.is_empty()
            && group.is_empty()
            && cert.is_empty()
            && chain.is_empty()
            && trust.is_empty()
            && rtt.is_empty()
    }

    /// Every cell at every place, each once. What no flag names stays as the cell has it.
    pub(crate) fn of(&self, cells: &[Cell]) -> Vec<Cell> {
        let mut placed: Vec<Cell> = Vec::new();
        for cell in cells {
            for axes in self.axes(cell.axes) {
                let cell = cell.at(axes);
                if !placed.contains(&cell) {
                    placed.push(cell);
                }
            }
        }
        placed
    }

    fn axes(&self, from: Axes) -> Vec<Axes> {
        let AxisArgs { tls_version, group, cert, chain, trust, rtt } = self;
        let axes = each(vec![from], tls_version, |axes, tls_version| Axes { tls_version, ..axes });
        let axes = each(axes, group, |axes, group| Axes { group, ..axes });
        let axes = each(axes, cert, |axes, cert| Axes { cert, ..axes });
        let axes = each(axes, chain, |axes, chain| Axes { chain, ..axes });
        let axes = each(axes, trust, |axes, trust| Axes { trust, ..axes });
        each(axes, rtt, |axes, rtt| Axes { rtt, ..axes })
    }

    /// The axes that were given more than one value: cells that differ there are held against one another.
    pub(crate) fn varied(&self) -> Vec<Variable> {
        let AxisArgs { tls_version, group, cert, chain, trust, rtt } = self;
        let several = [
            (Variable::TlsVersion, tls_version.len()),
            (Variable::Group, group.len()),
            (Variable::Cert, cert.len()),
            (Variable::Chain, chain.len()),
            (Variable::Trust, trust.len()),
            (Variable::Rtt, rtt.len()),
        ];
        several.into_iter().filter(|(_, count)| *count > 1).map(|(variable, _)| variable).collect()
    }
}

/// Each of `places` with each of `values`; as they are where there is none.
fn each<T: Copy>(places: Vec<Axes>, values: &[T], set: impl Fn(Axes, T) -> Axes) -> Vec<Axes> {
    match values {
        [] => places,
        values => places.iter().flat_map(|place| values.iter().map(|value| set(*place, *value))).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_take_every_place_and_plain_ones_only_the_distances() {
        let axes = AxisArgs {
            group: vec![Group::X25519, Group::Secp256r1],
            rtt: vec!["0".parse().unwrap(), "10".parse().unwrap()],
            ..AxisArgs::default()
        };
        let cells: Vec<Cell> = ["m/c/plain/new-conn", "m/c/rustls/new-conn"].map(|name| name.parse().unwrap()).to_vec();
        let names: Vec<String> = axes.of(&cells).iter().map(Cell::to_string).collect();
        assert_eq!(
            names,
            [
                "m/c/plain/new-conn",
                "m/c/plain/new-conn@rtt=10",
                "m/c/rustls/new-conn",
                "m/c/rustls/new-conn@rtt=10",
                "m/c/rustls/new-conn@group=p256",
                "m/c/rustls/new-conn@group=p256,rtt=10"
            ]
        );
        assert_eq!(axes.varied(), [Variable::Group, Variable::Rtt]);
        assert!(!axes.is_empty() && AxisArgs::default().is_empty());
    }
}
