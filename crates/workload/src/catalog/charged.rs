//! Which class of CPU time the modules of tlstax itself are charged to: each says so of itself.
//!
//! A path is made by the compiler where the module stands, so that a module that is renamed takes its class along.

use super::cost_class::CostClass;

/// A module of tlstax or a type in one, with everything below it, and the class that its functions are charged to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Charged {
    /// The class.
    pub class: CostClass,
    /// The path that the names of its functions begin with.
    pub path: &'static str,
}

impl Charged {
    /// Whether the function of that name is in it.
    fn holds(&self, function: &str) -> bool {
        function.strip_prefix(self.path).is_some_and(|rest| rest.is_empty() || rest.starts_with("::"))
    }
}

/// The class of the function of that name: of all that hold it, the innermost counts. `None` if none does.
pub fn class_of(charged: &[Charged], function: &str) -> Option<CostClass> {
    let holding = charged.iter().filter(|charged| charged.holds(function));
    holding.max_by_key(|charged| charged.path.len()).map(|charged| charged.class)
}

/// A [`Charged`] of the module that this stands in, or of a type in it: `charged!(Http)`, `charged!(Harness: Marked)`.
#[macro_export]
macro_rules! charged {
    ($class:ident) => {
        $crate::catalog::Charged { class: $crate::catalog::CostClass::$class, path: module_path!() }
    };
    ($class:ident: $type:ident) => {{
        // Compiles only as long as there is such a type.
        const _: Option<&$type> = None;
        $crate::catalog::Charged {
            class: $crate::catalog::CostClass::$class,
            path: concat!(module_path!(), "::", stringify!($type)),
        }
    }};
}

#[cfg(test)]
mod tests {
    use super::*;

    enum Inner {}

    #[test]
    fn the_innermost_that_holds_a_function_counts() {
        let charged = [charged!(Http), charged!(Harness: Inner)];
        let of = |rest: &str| class_of(&charged, &format!("{}{rest}", module_path!()));
        assert_eq!(
            [of(""), of("::f"), of("::Inner::f")].map(Option::unwrap).map(CostClass::key),
            ["http", "http", "harness"]
        );
        assert_eq!([of("_more::f"), class_of(&charged, "hyper::f")], [None, None]);
        assert_eq!(of("::Innermost::f"), Some(CostClass::Http));
    }
}
