//! A function's name in readable form: demangled, without its hash, its generic arguments shortened, and with its path
//! even where the compiler did not record one.

use std::path::Path;
use std::sync::Arc;

/// The functions that the compiler generates to drop a value. The value's type is in their generic arguments, and shows
/// which library's work it is; so these arguments are kept.
pub(crate) const DROP_GLUE: [&str; 2] = ["core::ptr::drop_in_place", "core::ptr::drop_glue"];

/// The readable form of a linked name; a name that is not mangled stays as it is.
pub(crate) fn demangle(linked: &str) -> Arc<str> {
    match rustc_demangle::try_demangle(linked) {
        // The alternate form omits the hash.
        Ok(name) => shorten(&format!("{name:#}")).into(),
        Err(_) => linked.into(),
    }
}

/// The readable form of a name from line tables. Line tables without further debug information give an inlined Rust
/// function neither path nor linked name (`poll<T>`), but its source file: the path is derived from that.
pub(crate) fn of_line_table(name: &str, file: Option<&str>) -> Arc<str> {
    if name.starts_with("_R") || name.starts_with("_ZN") {
        return demangle(name);
    }
    let short = shorten(name);
    let bare = short.split_once('<').filter(|(before, _)| !before.is_empty()).map_or(&*short, |(before, _)| before);
    match file.and_then(module) {
        Some(module) if DROP_GLUE.contains(&&*format!("{module}::{bare}")) => format!("{module}::{short}").into(),
        Some(module) if !bare.contains("::") => format!("{module}::{bare}").into(),
        _ => short.into(),
    }
}

/// Removes the contents of generic arguments: `A<B<C>>::f::<D>` is `A<..>::f`. The brackets of `<A as B>::f`, `<A>::f`
/// and [`DROP_GLUE`] are kept, and their contents shortened in the same way.
fn shorten(name: &str) -> String {
    let mut short = String::with_capacity(name.len());
    // How many kept brackets are open; and inside a removed one, how many are open there.
    let (mut kept, mut dropped) = (0usize, 0usize);
    let mut previous = ' ';
    for letter in name.chars() {
        let arrow = previous == '-' && letter == '>';
        match letter {
            '<' if dropped > 0 => dropped += 1,
            '>' if dropped > 0 && !arrow => dropped -= 1,
            '<' if is_qualified(&short) || is_drop_glue(&short) => {
                kept += 1;
                short.truncate(short.trim_end_matches("::").len());
                short.push('<');
            }
            '<' => {
                dropped = 1;
                match short.strip_suffix("::") {
                    Some(function) => short.truncate(function.len()),
                    None => short.push_str("<..>"),
                }
            }
            '>' if !arrow => {
                kept = kept.saturating_sub(1);
                short.push('>');
            }
            _ if dropped > 0 => {}
            // These characters separate frames and counts in folded stacks.
            ';' | '\n' => short.push(','),
            _ => short.push(letter),
        }
        previous = letter;
    }
    short
}

/// Whether a bracket that opens here belongs to `<A>::f` or `<A as B>::f`: then no name precedes it.
fn is_qualified(before: &str) -> bool {
    before.is_empty() || before.ends_with(['<', '(', ' ', '&', '*', ',', '['])
}

/// Whether the name before a bracket is one of [`DROP_GLUE`], in the linked form or in that of line tables.
fn is_drop_glue(before: &str) -> bool {
    let name = before.strip_suffix("::").unwrap_or(before);
    DROP_GLUE.iter().any(|glue| glue.strip_suffix(name).is_some_and(|path| matches!(path, "" | "core::ptr::")))
}

/// Packages whose library has another name, which the source path does not show.
const RENAMED: &[(&str, &str)] = &[("rustls-webpki", "webpki")];

/// The module that a Rust source file holds: `…/hyper-1.12.0/src/proto/h1/mod.rs` is `hyper::proto::h1`.
fn module(file: &str) -> Option<String> {
    let path = Path::new(file).with_extension("");
    if !file.ends_with(".rs") {
        return None;
    }
    let parts: Vec<&str> = path.iter().filter_map(|part| part.to_str()).collect();
    let source = parts.iter().rposition(|&part| part == "src")?;
    let package = parts.get(source.checked_sub(1)?)?;
    let package = without_version(package);
    let library = RENAMED.iter().find(|(renamed, _)| *renamed == package).map_or(package, |(_, library)| library);
    let mut module = library.replace('-', "_");
    for part in parts[source + 1..].iter().filter(|part| !matches!(**part, "lib" | "main" | "mod")) {
        module.push_str("::");
        module.push_str(part);
    }
    Some(module)
}

/// `hyper-util-0.1.20` is `hyper-util`.
fn without_version(package: &str) -> &str {
    let version = package.rmatch_indices('-').find(|(at, _)| {
        let rest = &package[at + 1..];
        rest.starts_with(|first: char| first.is_ascii_digit()) && rest.contains('.')
    });
    version.map_or(package, |(at, _)| &package[..at])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mangled_name_loses_its_hash_and_a_c_name_stays() {
        assert_eq!(&*demangle("_ZN4core3fmt5Write9write_fmt17h0123456789abcdefE"), "core::fmt::Write::write_fmt");
        assert_eq!(&*demangle("aws_lc_0_47_0_bn_mul_mont"), "aws_lc_0_47_0_bn_mul_mont");
    }

    #[test]
    fn generic_arguments_are_cut_short() {
        for (long, short) in [
            ("core::mem::drop::<std::vec::Vec<u8>>", "core::mem::drop"),
            ("core::ptr::drop_in_place::<std::vec::Vec<u8>>", "core::ptr::drop_in_place<std::vec::Vec<..>>"),
            ("core::ptr::drop_in_place<[a::B<c>; 4]>", "core::ptr::drop_in_place<[a::B<..>, 4]>"),
            ("core::ptr::drop_in_place<dyn Fn() -> a::B<c>>", "core::ptr::drop_in_place<dyn Fn() -> a::B<..>>"),
            ("core::ptr::drop_glue::<&mut a::B<c>>", "core::ptr::drop_glue<&mut a::B<..>>"),
            ("mine::drop_in_place::<a::B<c>>", "mine::drop_in_place"),
            ("a::B<c::D<e>, f>::poll::<g>", "a::B<..>::poll"),
            ("<a::B<c> as core::ops::FnOnce<()>>::call_once", "<a::B<..> as core::ops::FnOnce<..>>::call_once"),
            ("<&dyn Fn<(), Output = i32> as F<()>>::call", "<&dyn Fn<..> as F<..>>::call"),
            ("<fn(u8) -> T<u8>>::f", "<fn(u8) -> T<..>>::f"),
            ("call::<fn() -> u8>::{closure#0}", "call::{closure#0}"),
            ("plain", "plain"),
            ("odd>>>", "odd>>>"),
        ] {
            assert_eq!(shorten(long), short);
        }
    }

    #[test]
    fn an_inlined_function_gets_its_path_from_its_file() {
        let hyper = Some("/home/me/.cargo/registry/src/index/hyper-util-0.1.20/src/client/mod.rs");
        assert_eq!(&*of_line_table("poll<T>", hyper), "hyper_util::client::poll");
        let core = Some("/rustc/f2d3/library/core/src/ops/function.rs");
        assert_eq!(&*of_line_table("{closure#1}<a::b, ()>", core), "core::ops::function::{closure#1}");
        let core = Some("/rustc/f2d3/library/core/src/ptr/mod.rs");
        assert_eq!(&*of_line_table("drop_in_place<a::B<c>>", core), "core::ptr::drop_in_place<a::B<..>>");
        assert_eq!(&*of_line_table("drop_in_place<a::B<c>>", Some("/x/mine/src/lib.rs")), "mine::drop_in_place");
        let webpki = Some("/registry/rustls-webpki-0.103.9/src/verify_cert.rs");
        assert_eq!(&*of_line_table("build_chain", webpki), "webpki::verify_cert::build_chain");
        assert_eq!(&*of_line_table("main", Some("crates/tlstax/src/main.rs")), "tlstax::main");
        assert_eq!(&*of_line_table("SHA256_Final", Some("/src/crypto/sha256.c")), "SHA256_Final");
        assert_eq!(&*of_line_table("poll", None), "poll");
        assert_eq!(&*of_line_table("poll", Some("src/lib.rs")), "poll", "whose, is not said");
    }
}
