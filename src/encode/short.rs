//! Texts of a few bytes, such as a bucket's bound or its count.

/// At most [`ROOM`] bytes. All of them are appended and what was too much cut off again: a copy of a known length needs no call.
#[derive(Debug, Clone, Copy)]
pub(super) struct Short {
    bytes: [u8; ROOM],
    len: usize,
}

impl Short {
    /// # Panics
    ///
    /// On a longer text than there is room for.
    pub(super) fn new(text: &str) -> Self {
        let mut bytes = [0; ROOM];
        bytes[..text.len()].copy_from_slice(text.as_bytes());
        Self { bytes, len: text.len() }
    }

    /// An integer that ends its line.
    #[inline]
    pub(super) fn end_of_line(value: u64) -> Self {
        let mut end = match value {
            0..10 => Self::digit(value as u8),
            _ => Self::new(itoa::Buffer::new().format(value)),
        };
        end.bytes[end.len] = b'\n';
        end.len += 1;
        end
    }

    fn digit(value: u8) -> Self {
        let mut bytes = [0; ROOM];
        bytes[0] = b'0' + value;
        Self { bytes, len: 1 }
    }

    #[inline]
    pub(super) fn append_to(&self, out: &mut Vec<u8>) {
        let end = out.len() + self.len;
        out.extend_from_slice(&self.bytes);
        out.truncate(end);
    }
}

/// More than the 24 bytes of the longest float, the 20 of the longest integer, and what follows them.
const ROOM: usize = 32;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn integers_of_every_length_end_their_line() {
        let lengths = (0..20).map(|zeros| 10_u64.pow(zeros));
        for value in lengths.flat_map(|least| [least - 1, least, least + 1]).chain([u64::MAX]) {
            let mut out = b"before ".to_vec();
            Short::end_of_line(value).append_to(&mut out);
            assert_eq!(String::from_utf8(out).unwrap(), format!("before {value}\n"));
        }
    }
}
