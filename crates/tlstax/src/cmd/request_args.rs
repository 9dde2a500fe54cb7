//! `-H`, `--method` and `--body`: what requests to a server of the user's say beside their path.

use runner::{OriginSpec, RequestBody};
use workload::{Header, Method, RequestSpec};

use crate::failure::Failure;

#[derive(clap::Args)]
pub(crate) struct RequestArgs {
    /// A header of every request to your own server, which replaces the client's own of that name; may be repeated. It
    /// is recorded in run.json
    #[arg(short = 'H', long, value_name = "NAME: VALUE", help_heading = "Workload")]
    header: Vec<Header>,
    /// The method of every request to your own server [default: GET, with --body POST]
    #[arg(long, help_heading = "Workload")]
    method: Option<Method>,
    /// The body of every request to your own server: a text, or the contents of a file
    #[arg(long, value_name = "TEXT|@FILE", allow_hyphen_values = true, help_heading = "Workload")]
    body: Option<String>,
}

impl RequestArgs {
    /// What every request to `origin` says beside its path, and its body.
    ///
    /// # Errors
    /// When the body cannot be read, when there is no such request, and when `origin` is one of tlstax's.
    pub(crate) fn of(&self, origin: &OriginSpec) -> Result<(RequestSpec, Option<RequestBody>), Failure> {
        let body = self.body.as_deref().map(RequestBody::read).transpose()?;
        let spec = body.as_ref().map(RequestBody::spec);
        let request = RequestSpec::new(self.method.clone(), self.header.clone(), spec)?;
        match origin.is_ours() && !request.is_default() {
            true => Err(Failure::Usage(
                "no ledger of go-httpbin or of the embedded origin tells what requests say, so that -H, --method and \
                 --body are for a server of yours: --origin URL (`tlstax origin` starts one)"
                    .to_owned(),
            )),
            false => Ok((request, body)),
        }
    }
}
