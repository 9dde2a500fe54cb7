//! The kernel's symbols, if the system shows them.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::stack::KERNEL;

/// Kernel functions by address.
#[derive(Debug, Default)]
pub(crate) struct KernelSymbols {
    symbols: BTreeMap<u64, Arc<str>>,
}

impl KernelSymbols {
    /// Those of the running kernel. Empty if the addresses are hidden (`kernel.kptr_restrict`).
    pub(crate) fn read() -> Self {
        Self::parse(&std::fs::read_to_string("/proc/kallsyms").unwrap_or_default())
    }

    fn parse(text: &str) -> Self {
        let symbols = text.lines().filter_map(|line| {
            let mut words = line.split_ascii_whitespace();
            let address = u64::from_str_radix(words.next()?, 16).ok().filter(|&address| address != 0)?;
            let kind = words.next()?;
            let name = words.next()?;
            "tTwW".contains(kind).then(|| (address, Arc::from(name)))
        });
        Self { symbols: symbols.collect() }
    }

    /// The function that contains `address`; `[kernel]` if it is not known.
    pub(crate) fn find(&self, address: u64) -> Arc<str> {
        self.symbols.range(..=address).next_back().map_or_else(|| KERNEL.into(), |(_, name)| Arc::clone(name))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn functions_are_found_and_data_is_not() {
        let text = "ffffffff81000000 T _text\nffffffff81000040 t startup\nffffffff81000050 d table\n\
                    ffffffff81000100 T tcp_sendmsg\t[tcp]\nnonsense\n";
        let symbols = KernelSymbols::parse(text);
        assert_eq!(&*symbols.find(0xffff_ffff_8100_0060), "startup");
        assert_eq!(&*symbols.find(0xffff_ffff_8100_0100), "tcp_sendmsg");
        assert_eq!(&*symbols.find(1), KERNEL);
    }

    #[test]
    fn hidden_addresses_leave_one_name_for_all() {
        let symbols = KernelSymbols::parse("0000000000000000 T tcp_sendmsg\n");
        assert_eq!(&*symbols.find(0xffff_ffff_8100_0100), KERNEL);
    }
}
