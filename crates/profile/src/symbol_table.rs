//! The symbol table of an object: finds the function of an address if no line table does.

use std::sync::Arc;

use object::{Object, ObjectSymbol, ReadRef, SymbolKind};

use crate::go_functions;

/// A function's linked name and address range.
#[derive(Debug)]
struct Symbol {
    address: u64,
    /// 0 for a label: it extends to the next symbol.
    size: u64,
    name: Arc<str>,
}

/// Functions by address.
#[derive(Debug, Default)]
pub(crate) struct SymbolTable {
    symbols: Vec<Symbol>,
}

impl SymbolTable {
    /// The functions of `object`, dynamic symbols included; of a stripped Go program, those in Go's own table.
    pub(crate) fn read<'data, R: ReadRef<'data>>(object: &object::File<'data, R>) -> Self {
        let named = object.symbols().chain(object.dynamic_symbols()).filter(|symbol| {
            symbol.is_definition()
                && matches!(symbol.kind(), SymbolKind::Text | SymbolKind::Unknown | SymbolKind::Label)
        });
        let mut symbols: Vec<_> = named
            .filter_map(|symbol| {
                let name = symbol.name().ok().filter(|name| !name.is_empty())?;
                Some(Symbol { address: symbol.address(), size: symbol.size(), name: name.into() })
            })
            .collect();
        if object.symbols().next().is_none() {
            let of_go = go_functions::read(object).into_iter();
            symbols.extend(of_go.map(|(address, size, name)| Symbol { address, size, name }));
        }
        // If one address has several names, the one with the largest size counts: labels come last.
        symbols.sort_by_key(|symbol| (symbol.address, std::cmp::Reverse(symbol.size)));
        symbols.dedup_by_key(|symbol| symbol.address);
        Self { symbols }
    }

    /// The linked name of the function that contains `address`.
    pub(crate) fn find(&self, address: u64) -> Option<&Arc<str>> {
        let after = self.symbols.partition_point(|symbol| symbol.address <= address);
        // A label within a function hides the function: look at a few symbols before it.
        self.symbols[..after]
            .iter()
            .rev()
            .take(8)
            .find(|symbol| symbol.size > address - symbol.address)
            .or_else(|| self.symbols[..after].last().filter(|symbol| symbol.size == 0))
            .map(|symbol| &symbol.name)
    }

    /// Every linked name.
    #[cfg(test)]
    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.symbols.iter().map(|symbol| &*symbol.name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(symbols: &[(u64, u64, &str)]) -> SymbolTable {
        let symbols = symbols.iter().map(|&(address, size, name)| Symbol { address, size, name: name.into() });
        SymbolTable { symbols: symbols.collect() }
    }

    #[test]
    fn an_address_is_in_the_function_around_it_and_in_none_between_two() {
        let table = table(&[(100, 50, "f"), (120, 0, "loop"), (200, 10, "g"), (300, 0, "label")]);
        let find = |address| table.find(address).map(|name| &**name);
        assert_eq!(find(99), None);
        assert_eq!(find(130), Some("f"));
        assert_eq!(find(209), Some("g"));
        assert_eq!(find(210), None, "past the end of g");
        assert_eq!(find(999), Some("label"));
    }
}
