//! Normalises names of functions to the form that rules use, and matches the patterns of those rules.

use std::borrow::Cow;

use crate::function_name::DROP_GLUE;

/// Whether `name`, as [`plain`] returns it, matches `pattern`, in which each `*` stands for any text.
pub(super) fn matches(pattern: &str, name: &str) -> bool {
    let Some((start, others)) = pattern.split_once('*') else { return pattern == name };
    let Some(mut rest) = name.strip_prefix(start) else { return false };
    let (middle, end) = others.rsplit_once('*').unwrap_or(("", others));
    for part in middle.split('*') {
        match rest.find(part) {
            Some(at) => rest = &rest[at + part.len()..],
            None => return false,
        }
    }
    rest.ends_with(end)
}

/// The plain path of a function: `<rustls::Stream<C, T> as std::io::Read>::read::<u8>` is `rustls::Stream::read`; C
/// symbols lose what a library's build has added to them.
///
/// Dropping a value counts as work of the value's type: `core::ptr::drop_in_place<hyper::Body>` is `hyper::Body`.
pub(super) fn plain(name: &str) -> Cow<'_, str> {
    for glue in DROP_GLUE {
        let arguments = name.strip_prefix(glue).map(|after| after.strip_prefix("::").unwrap_or(after));
        if let Some(dropped) = arguments.and_then(|arguments| arguments.strip_prefix('<')) {
            return Cow::Owned(path(dropped.strip_suffix('>').unwrap_or(dropped)));
        }
    }
    match name.contains(['<', '&', ' ', '(']) {
        true => Cow::Owned(path(name)),
        false => Cow::Borrowed(symbol(name)),
    }
}

/// A C symbol without its version, its clone suffix and the prefix that separates two builds of a library:
/// `aws_lc_0_47_0_EVP_sha256` and `free@GLIBC_2.2.5` are `EVP_sha256` and `free`. Go's `crypto/x509.ParseCertificate`
/// is not changed.
fn symbol(name: &str) -> &str {
    if name.contains("::") || name.contains('/') || name.starts_with('[') {
        return name;
    }
    let end = name.find(['.', '@']).filter(|end| *end > 0).unwrap_or(name.len());
    let name = &name[..end];
    for library in ["aws_lc_", "ring_core_"] {
        if let Some(rest) = name.strip_prefix(library) {
            let bare = rest.trim_start_matches(|c: char| c.is_ascii_digit() || c == '_');
            if !bare.is_empty() {
                return bare;
            }
        }
    }
    name
}

/// A Rust path without its generic arguments; of `<Type as Trait>::method`, `Type::method`.
fn path(name: &str) -> String {
    let name = name.trim_start_matches(['&', '*', '(']);
    let name = ["mut ", "const ", "dyn "].iter().fold(name, |name, word| name.strip_prefix(word).unwrap_or(name));
    let Some(inner) = name.strip_prefix('<') else { return without_arguments(name) };
    let close = closing(inner).unwrap_or(inner.len());
    let (inside, after) = inner.split_at(close);
    let of = top_level_as(inside).map_or(inside, |at| &inside[..at]);
    let mut plain = path(of);
    plain.push_str(&without_arguments(after.strip_prefix('>').unwrap_or(after)));
    plain
}

/// The position of the bracket that closes the one at the start of `text`.
fn closing(text: &str) -> Option<usize> {
    let mut depth = 0_u32;
    let mut before = ' ';
    for (at, c) in text.char_indices() {
        match c {
            '<' => depth += 1,
            '>' if before == '-' => {}
            '>' if depth == 0 => return Some(at),
            '>' => depth -= 1,
            _ => {}
        }
        before = c;
    }
    None
}

/// The position of ` as ` in `text`, outside any brackets.
fn top_level_as(text: &str) -> Option<usize> {
    let mut depth = 0_i32;
    text.char_indices().find_map(|(at, c)| {
        match c {
            '<' | '(' | '[' => depth += 1,
            '>' if !text[..at].ends_with('-') => depth -= 1,
            ')' | ']' => depth -= 1,
            _ => {}
        }
        (depth == 0 && text[at..].starts_with(" as ")).then_some(at)
    })
}

fn without_arguments(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(open) = rest.find('<') {
        plain.push_str(rest[..open].strip_suffix("::").unwrap_or(&rest[..open]));
        let inside = &rest[open + 1..];
        rest = closing(inside).map_or("", |close| &inside[close + 1..]);
    }
    plain.push_str(rest);
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_lose_what_their_build_and_their_types_have_added() {
        for (name, expected) in [
            ("aws_lc_0_47_0_x25519_scalar_mult", "x25519_scalar_mult"),
            ("ring_core_0_17_14__x25519_fe_mul_ttt", "x25519_fe_mul_ttt"),
            ("free@@GLIBC_2.2.5", "free"),
            ("finish_task_switch.isra.0", "finish_task_switch"),
            ("[unknown]", "[unknown]"),
            ("crypto/x509.loadSystemRoots", "crypto/x509.loadSystemRoots"),
            ("crypto/x509.(*CertPool).AddCert", "crypto/x509.(*CertPool).AddCert"),
            (
                "rustls::conn::ConnectionCore<Data>::process_new_packets",
                "rustls::conn::ConnectionCore::process_new_packets",
            ),
            ("<&mio::net::tcp::stream::TcpStream as std::io::Read>::read", "mio::net::tcp::stream::TcpStream::read"),
            ("<std::thread::Builder>::spawn_unchecked::<fn() -> u8, u8>", "std::thread::Builder::spawn_unchecked"),
            ("<hyper::H1<dyn Fn() -> u8> as A<B>>::poll::{{closure}}", "hyper::H1::poll::{{closure}}"),
            ("<alloc::boxed::Box<dyn hyper::A as hyper::B>>::c", "alloc::boxed::Box::c"),
            ("core::ptr::drop_in_place<tokio::task::JoinHandle<()>>", "tokio::task::JoinHandle"),
            ("core::ptr::drop_in_place::<&mut rustls::Connection>", "rustls::Connection"),
            ("poll<hyper::A, tokio::B>", "poll"),
            ("<", ""),
            ("<<a as", "a as"),
            ("a>>b<", "a>>b"),
        ] {
            assert_eq!(plain(name), expected, "{name}");
        }
    }

    #[test]
    fn a_dropped_type_is_read_from_the_names_that_binaries_have() {
        for linked in [
            "_ZN4core3ptr38drop_in_place$LT$hyper..body..Body$GT$17h0123456789abcdefE",
            "_RINvNtC4core3ptr13drop_in_placeNtNtC5hyper4body4BodyE",
            "_RINvNtC4core3ptr9drop_glueNtNtC5hyper4body4BodyE",
        ] {
            assert_eq!(plain(&crate::function_name::demangle(linked)), "hyper::body::Body", "{linked}");
        }
        let inlined = crate::function_name::of_line_table(
            "drop_in_place<rustls::conn::ConnectionCore<rustls::Data>>",
            Some("/rustc/f2d3/library/core/src/ptr/mod.rs"),
        );
        assert_eq!(plain(&inlined), "rustls::conn::ConnectionCore");
    }

    #[test]
    fn a_star_stands_for_anything() {
        assert!(matches("tcp_*", "tcp_sendmsg") && !matches("tcp_*", "do_tcp_sendmsg"));
        assert!(matches("*::verify", "a::verify") && !matches("*::verify", "verify"));
        assert!(matches("rustls::*::start", "rustls::kx::start") && !matches("aba*aba", "aba"));
        assert!(matches("*::verify*", "a::verify_b") && !matches("*::verify*", "a::very"));
        assert!(matches("a*b*c", "abbc") && matches("a*b*c", "a_b_c") && !matches("a*b*bc", "abc") && matches("*", ""));
        assert!(matches("free", "free") && !matches("free", "freeze"));
    }
}
