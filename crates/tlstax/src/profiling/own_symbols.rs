//! The classes of CPU time of tlstax's own functions. Its crates declare their paths, and the modules of crate `fetch`
//! their classes.

use std::sync::LazyLock;

use workload::catalog::{Charged, CostClass};

/// The crates whose functions run in an engine's process, and their classes.
static OWN: LazyLock<Vec<Charged>> = LazyLock::new(|| {
    let at_work = [measure::PATH, ledger::PATH, params::PATH, workload::PATH, runner::PATH, handshake::PATH];
    let program = module_path!().split("::").next();
    let at_work = at_work.into_iter().chain(program).map(|path| Charged { class: CostClass::Harness, path });
    let trust = Charged { class: CostClass::TrustStore, path: certificates::PATH };
    fetch::SYMBOLS.iter().copied().chain(at_work).chain([trust]).collect()
});

/// All of them.
pub(crate) fn own() -> &'static [Charged] {
    &OWN
}

#[cfg(test)]
mod tests {
    use workload::catalog::class_of;

    use super::*;

    #[test]
    fn a_function_belongs_to_the_innermost_module_that_says_its_class() {
        let of = |function: &str| class_of(own(), function).unwrap();
        assert_eq!(of(std::any::type_name::<fetch::Prepared>()), CostClass::Harness);
        assert_eq!(of(std::any::type_name::<measure::recorder::Recorder>()), CostClass::Harness);
        assert_eq!(of(std::any::type_name::<crate::failure::Failure>()), CostClass::Harness);
        assert!(fetch::SYMBOLS.iter().all(|charged| of(charged.path) == charged.class));
        assert_eq!(class_of(own(), "hyper::proto"), None);
    }
}
