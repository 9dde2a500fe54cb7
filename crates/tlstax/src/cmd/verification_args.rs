//! `--ca` and `--insecure`: how a server of the user's is verified.

use std::path::PathBuf;

use runner::{OriginSpec, SSL_CERT_FILE, Verification, VerificationError};

#[derive(clap::Args)]
pub(crate) struct VerificationArgs {
    /// Verify your own server by this PEM file of CA certificates instead of Mozilla's roots [default: the file that
    /// SSL_CERT_FILE names, if it is set]
    #[arg(long, value_name = "FILE", conflicts_with = "insecure", help_heading = "Workload")]
    ca: Option<PathBuf>,
    /// Accept any certificate of your own server; every row is labelled "not verified"
    #[arg(short = 'k', long, help_heading = "Workload")]
    insecure: bool,
}

impl VerificationArgs {
    /// How certificates of `origin` are verified.
    ///
    /// # Errors
    /// When that cannot be asked of it, or the CA file is none.
    pub(crate) fn of(&self, origin: &OriginSpec) -> Result<Verification, VerificationError> {
        let variable = std::env::var_os(SSL_CERT_FILE);
        Verification::asked(origin.wants_tls(), self.ca.as_deref(), self.insecure, variable)
    }
}
