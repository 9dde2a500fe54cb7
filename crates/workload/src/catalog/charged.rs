//! The classes of CPU time that tlstax's own modules count as: each module declares its own.
//!
//! The compiler makes a path from the module's place, so that a renamed module keeps its class.

use super::cost_class::CostClass;

/// A module of tlstax or a type in one, with everything below it, and the class that its functions count as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Charged {
    /// The class.
    pub class: CostClass,
    /// The path that the names of its functions begin with.
    pub path: &'static str,
}

impl Charged {
    /// Whether it contains the function of that name.
    fn holds(&self, function: &str) -> bool {
        function.strip_prefix(self.path).is_some_and(|rest| rest.is_empty() || rest.starts_with("::"))
    }
}

/// The class of the function of that name, by the innermost module that contains it. `None` if none does.
pub fn class_of(charged: &[Charged], function: &str) -> Option<CostClass> {
    let holding = charged.iter().filter(|charged| charged.holds(function));
    holding.max_by_key(|charged| charged.path.len()).map(|charged| charged.class)
}

/// A [`Charged`] of the module that contains the call, or of a type in it: `charged!(Http)`, `charged!(Harness:
/// Marked)`.
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
