//! Recognises language runtimes by the names of executables and of loaded objects.

use std::collections::BTreeSet;

use observation::Runtime;

/// What the name of an executable shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Named {
    /// It runs this runtime.
    Runtime(Runtime),
    /// It starts other programs, so the language that it is written in doesn't matter.
    Launcher,
    /// The name is not known.
    Unknown,
}

/// Names of executables without version.
const EXECUTABLES: [(&str, Runtime); 13] = [
    ("python", Runtime::Python),
    ("pypy", Runtime::Python),
    ("node", Runtime::Node),
    ("nodejs", Runtime::Node),
    ("java", Runtime::Java),
    ("ruby", Runtime::Ruby),
    ("truffleruby", Runtime::Ruby),
    ("php", Runtime::Php),
    ("php-cgi", Runtime::Php),
    ("php-fpm", Runtime::Php),
    ("dotnet", Runtime::DotNet),
    ("curl", Runtime::Curl),
    ("wget", Runtime::Wget),
];

/// Shells, programs that start others, some of them built in Go or Rust, and runtimes that are none of [`Runtime`].
const LAUNCHERS: [&str; 36] = [
    "ash",
    "bash",
    "bun",
    "busybox",
    "cargo",
    "coreutils",
    "dash",
    "deno",
    "direnv",
    "env",
    "fish",
    "fnm",
    "hyperfine",
    "ksh",
    "make",
    "mise",
    "nice",
    "nohup",
    "pixi",
    "rustc",
    "rustup",
    "rye",
    "setsid",
    "sh",
    "sleep",
    "stdbuf",
    "sudo",
    "sudo-rs",
    "taskset",
    "time",
    "timeout",
    "uv",
    "uvx",
    "volta",
    "volta-shim",
    "zsh",
];

/// Names of shared objects without version.
const OBJECTS: [(&str, Runtime); 7] = [
    ("libcoreclr", Runtime::DotNet),
    ("libcurl", Runtime::Curl),
    ("libjvm", Runtime::Java),
    ("libnode", Runtime::Node),
    ("libphp", Runtime::Php),
    ("libpython", Runtime::Python),
    ("libruby", Runtime::Ruby),
];

/// What `name` shows, the last component of the target of /proc/PID/exe (proc_pid_exe(5)).
pub(crate) fn of_executable(name: &str) -> Named {
    // The kernel marks a file in this way that has been replaced since.
    let name = name.strip_suffix(" (deleted)").unwrap_or(name);
    let is = |(base, _): &&(&str, Runtime)| name.strip_prefix(base).is_some_and(is_version);
    match EXECUTABLES.iter().find(is) {
        Some((_, runtime)) => Named::Runtime(*runtime),
        None if LAUNCHERS.contains(&name) => Named::Launcher,
        None => Named::Unknown,
    }
}

/// Whether `rest` is empty or a version, such as `3.11`, `8.2` or, for free-threaded Python, `3.13t`.
fn is_version(rest: &str) -> bool {
    let is_part = |letter: char| letter.is_ascii_digit() || matches!(letter, '.' | 'd' | 'm' | 't');
    rest.is_empty() || (rest.starts_with(|first: char| first.is_ascii_digit()) && rest.chars().all(is_part))
}

/// The runtimes of the objects that `maps` lists, the text of /proc/PID/maps (proc_pid_maps(5)).
pub(crate) fn of_maps(maps: &str) -> BTreeSet<Runtime> {
    maps.lines().filter_map(|line| of_object(line.rsplit_once('/')?.1)).collect()
}

fn of_object(name: &str) -> Option<Runtime> {
    let is = |(base, _): &&(&str, Runtime)| {
        let rest = name.strip_prefix(base);
        rest.is_some_and(|rest| {
            rest.contains(".so") && rest.starts_with(|next: char| matches!(next, '.' | '-') || next.is_ascii_digit())
        })
    };
    OBJECTS.iter().find(is).map(|(_, runtime)| *runtime)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn executables_are_told_by_their_name_whatever_their_version() {
        let all = [
            ("python3.11", Runtime::Python),
            ("python", Runtime::Python),
            ("python3.13t", Runtime::Python),
            ("pypy3.10", Runtime::Python),
            ("node", Runtime::Node),
            ("java", Runtime::Java),
            ("ruby3.1", Runtime::Ruby),
            ("php8.2", Runtime::Php),
            ("php-fpm8.2", Runtime::Php),
            ("dotnet", Runtime::DotNet),
            ("curl (deleted)", Runtime::Curl),
            ("wget2", Runtime::Wget),
        ];
        for (name, runtime) in all {
            assert_eq!(of_executable(name), Named::Runtime(runtime), "{name}");
        }
        for name in ["python3-config", "javac", "nodelet", "rubygems", "curlie", "fetch", ""] {
            assert_eq!(of_executable(name), Named::Unknown, "{name}");
        }
        for name in ["sh", "dash", "uv", "deno", "coreutils (deleted)"] {
            assert_eq!(of_executable(name), Named::Launcher, "{name}");
        }
    }

    #[test]
    fn objects_are_told_by_what_is_mapped() {
        let maps = "\
            555e8b2b1000-555e8b2b3000 r--p 00000000 fe:00 247026                     /opt/app/server\n\
            555e96d29000-555e96d4a000 rw-p 00000000 00:00 0                          [heap]\n\
            7f93598f2000-7f9359914000 rw-p 00000000 00:00 0 \n\
            7f9359977000-7f935999d000 r--p 00000000 fe:00 326269                     /usr/lib/libpython3.11.so.1.0\n\
            7f935999d000-7f9359af3000 r-xp 00026000 fe:00 326269                     /usr/lib/libpython3.11.so.1.0\n\
            7f9359b00000-7f9359b10000 r-xp 00000000 fe:00 326270         /opt/a b/libcurl-gnutls.so.4 (deleted)\n\
            7f9359b20000-7f9359b30000 r-xp 00000000 fe:00 326271                     /opt/ros/libnodelet.so\n\
            7f9359b40000-7f9359b50000 r-xp 00000000 fe:00 326272                     /usr/share/libphp.txt\n";
        assert_eq!(of_maps(maps), BTreeSet::from([Runtime::Python, Runtime::Curl]));
        assert_eq!(of_object("libjvm.so"), Some(Runtime::Java));
        assert_eq!(of_object("libnode.so.115"), Some(Runtime::Node));
        assert_eq!(of_object("libruby-3.1.so.3.1"), Some(Runtime::Ruby));
        assert_eq!(of_object("libphp8.2.so"), Some(Runtime::Php));
        assert_eq!(of_object("libcoreclr.so"), Some(Runtime::DotNet));
    }
}
