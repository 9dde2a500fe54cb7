//! By a proxy: the command runs once, against its own servers.

use observation::{Recorder, Transport};
use observer::{Allowed, Intermediary, Interrupts, Mapping, Proxy, Settings, Upstream, Variables};

use super::observed::{Asked, Observed};
use crate::failure::Failure;

pub(super) fn observe(
    asked: &Asked<'_>,
    mappings: Vec<Mapping>,
    allowed: Allowed,
    interrupts: &mut Interrupts,
) -> Result<Observed, Failure> {
    let recorder = Recorder::default();
    let proxy = Proxy::start(mappings, allowed, Upstream::of_environment()?, recorder.clone())?;
    let (user, password) = proxy.credentials();
    let variables = Variables::for_proxy(proxy.address(), user, password);
    let settings = Settings {
        command: asked.command,
        variables: &variables,
        timeout: asked.timeout,
        sample: asked.sample,
        transport: Transport::Own,
    };
    let (pass, code) = observer::run(&settings, Intermediary::Proxy(proxy), &recorder, interrupts)?;
    Ok(Observed { passes: vec![pass], code })
}
