//! The Go module of go-httpbin that is embedded in this program, and the Go version that it needs.

use super::GoVersion;

/// The Go module: (file name, text), sorted by name.
pub(super) const SOURCES: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/go_sources.rs"));

/// The oldest Go that can build it, as its go.mod says.
pub fn minimum() -> GoVersion {
    let module = SOURCES.iter().find(|(name, _)| *name == "go.mod").map_or("", |(_, text)| text);
    let line = module.lines().find_map(|line| line.strip_prefix("go "));
    line.and_then(GoVersion::parse).unwrap_or(GoVersion { major: 1, minor: 0 })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_module_is_embedded_and_says_which_go_it_needs() {
        let names: Vec<&str> = SOURCES.iter().map(|(name, _)| *name).collect();
        assert!(names.contains(&"go.mod") && names.contains(&"go.sum"), "{names:?}");
        assert!(minimum() >= GoVersion { major: 1, minor: 25 }, "{}", minimum());
    }
}
