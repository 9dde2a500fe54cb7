//! Parses the groups that a trial names, before any stack uses them, so that an unknown name is an error for every
//! stack.

use params::Group;

use crate::PrepareError;

/// The groups with these names.
///
/// # Errors
/// [`PrepareError::Group`] for a name that no group has.
pub(crate) fn named(names: &[String]) -> Result<Vec<Group>, PrepareError> {
    names.iter().map(|name| Ok(name.parse()?)).collect()
}

/// The groups' names, joined for error messages.
pub(crate) fn listed(groups: &[Group]) -> String {
    groups.iter().map(|group| group.registered()).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_name_is_an_error_whatever_stands_beside_it() {
        let read = |names: &[&str]| named(&names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>());
        assert_eq!(read(&["x25519", "secp256r1"]).unwrap(), [Group::X25519, Group::Secp256r1]);
        let error = read(&["x25519", "ffdhe2048"]).unwrap_err().to_string();
        assert!(error.contains("ffdhe2048") && error.contains("x25519mlkem768"), "{error}");
    }
}
