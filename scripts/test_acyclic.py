#!/usr/bin/env python3
"""Tests of acyclic.py, on small crates in temporary folders."""

import tempfile
import unittest
from pathlib import Path

import acyclic


def circles(files):
    """What the check says of a workspace whose crate `a` has these files in `src`."""
    with tempfile.TemporaryDirectory() as workspace:
        for name, text in files.items():
            path = Path(workspace, "crates/a/src", name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        return list(acyclic.check(Path(workspace)))


class Circles(unittest.TestCase):
    def test_none(self):
        self.assertEqual([], circles({"lib.rs": "mod a; mod b;", "a.rs": "use crate::b::B;", "b.rs": "pub struct B;"}))

    def test_two(self):
        files = {"lib.rs": "mod a; mod b;", "a.rs": "use crate::b::B; pub struct A;", "b.rs": "use super::a::A as C;"}
        said = ["crates/a: a circle of 2 files", "  a.rs -> b.rs: B", "  b.rs -> a.rs: A"]
        self.assertEqual(said, circles(files))

    def test_three_by_a_tree_a_path_and_a_glob(self):
        files = {
            "lib.rs": "mod a; mod b; mod c;",
            "a.rs": "use crate::{\n    b::{self, B},\n};\npub fn a() { b::made() }",
            "b.rs": "pub struct B; pub fn made() { crate::c::c() }",
            "c.rs": "use super::a::*; pub fn c() { a() }",
        }
        said = ["crates/a: a circle of 3 files", "  a.rs -> b.rs: B, made", "  b.rs -> c.rs: c", "  c.rs -> a.rs: a"]
        self.assertEqual(said, circles(files))

    def test_a_facade_is_none(self):
        files = {
            "lib.rs": "mod a; mod b; pub use a::A; pub use b::{B as C};",
            "a.rs": "use crate::C; pub struct A;",
            "b.rs": "pub struct B;",
        }
        self.assertEqual([], circles(files))

    def test_through_a_facade(self):
        files = {
            "lib.rs": "mod part; mod c;",
            "part/mod.rs": "mod a; mod b; pub use a::*; pub use b::B;",
            "part/a.rs": "use super::B; pub struct A;",
            "part/b.rs": "use crate::c::C; pub struct B;",
            "c.rs": "use crate::part::A; pub struct C;",
        }
        said = circles(files)
        self.assertIn("crates/a: a circle of 3 files", said)
        self.assertIn("  c.rs -> part/a.rs: A", said)

    def test_child_and_parent(self):
        files = {
            "lib.rs": "mod a;",
            "a.rs": "mod b; fn a() { b::b() } const A: u8 = 1;",
            "a/b.rs": "use super::A; fn b() {}",
        }
        said = ["  a/b.rs -> a.rs: A", "  a.rs -> a/b.rs: b"]
        self.assertEqual(["crates/a: a circle of 2 files", *said], circles(files))

    def test_a_declared_child_is_no_import(self):
        self.assertEqual([], circles({"lib.rs": "mod a; pub struct A;", "a.rs": "use crate::A;"}))

    def test_inline_modules_belong_to_their_file(self):
        files = {"lib.rs": "mod a { pub mod b; use super::A; pub struct C; } struct A;", "a/b.rs": "use super::C;"}
        self.assertEqual([], circles(files))

    def test_tests_comments_and_strings_are_left_out(self):
        files = {
            "lib.rs": "mod a; mod b;\n#[cfg(test)]\nmod built;",
            "a.rs": "use crate::b::B; pub struct A;",
            "b.rs": """
                // use crate::a::A;
                /* crate::a::A */
                pub struct B;
                const S: &str = "crate::a::A \\" crate::a::A";
                const R: &str = r#"crate::a::A "quoted" crate::a::A"#;
                const C: char = '"';
                #[cfg(test)]
                use crate::{a::A};
                #[cfg(test)]
                #[allow(unused)]
                mod tests { use super::*; fn f() { crate::a::A; } }
            """,
            "built.rs": "use crate::a::A;",
        }
        self.assertEqual([], circles(files))
        files["b.rs"] += "fn last() { crate::a::A; }"
        self.assertIn("  b.rs -> a.rs: A", circles(files))

    def test_other_crates_are_left_out(self):
        files = {
            "lib.rs": "mod a; pub use a::Key;",
            "a.rs": "use other::b::B; pub use other::Key; use crate::Key as K;",
        }
        self.assertEqual([], circles(files))


if __name__ == "__main__":
    unittest.main()
