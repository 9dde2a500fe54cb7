//! Reading numbers and counted fields off the front of a message body (RFC 8446 §3).

/// The bytes of a body that haven't been read yet. Every reader returns `None` if too few are left.
#[derive(Clone, Copy)]
pub(crate) struct Octets<'a>(pub(crate) &'a [u8]);

impl<'a> Octets<'a> {
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn take(&mut self, count: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(count)?;
        self.0 = rest;
        Some(taken)
    }

    fn array<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (taken, rest) = self.0.split_first_chunk()?;
        self.0 = rest;
        Some(*taken)
    }

    pub(crate) fn u8(&mut self) -> Option<u8> {
        self.array().map(|[byte]| byte)
    }

    pub(crate) fn u16(&mut self) -> Option<u16> {
        self.array().map(u16::from_be_bytes)
    }

    /// A field that is preceded by its length in one byte.
    pub(crate) fn field8(&mut self) -> Option<&'a [u8]> {
        let length = self.u8()?;
        self.take(length.into())
    }

    /// A field that is preceded by its length in two bytes.
    pub(crate) fn field16(&mut self) -> Option<&'a [u8]> {
        let length = self.u16()?;
        self.take(length.into())
    }

    /// A field that is preceded by its length in three bytes.
    pub(crate) fn field24(&mut self) -> Option<&'a [u8]> {
        let [high, middle, low] = self.array()?;
        self.take(usize::from(high) << 16 | usize::from(middle) << 8 | usize::from(low))
    }
}
