//! The route that a path will likely be answered by, out of those that have answered before.
//!
//! actix finds a pattern by trying each, with regular expressions: that costs as much as its routing does. Here a path walks down the segments of
//! known patterns. What it finds may be wrong where a pattern says more than segments do; the answer corrects it.

use std::mem;
use std::rc::Rc;

use crate::label::MethodLabel;

/// The patterns that have answered each method.
#[derive(Debug, Default)]
pub(super) struct Foresight {
    methods: [Node; MethodLabel::COUNT],
    /// Our routes, until it is known which of them the application has.
    ours: Vec<(MethodLabel, String)>,
}

/// Where patterns are after some of their segments.
#[derive(Debug, Default)]
struct Node {
    /// How the segments of `named` begin, sorted. Apart from them, so that a search among a few stays in a cache line or two.
    beginnings: Vec<u64>,
    /// Those that go on with a segment of one text.
    named: Vec<Named>,
    /// Those that go on with any one segment.
    any: Option<Box<Node>>,
    /// What ends here.
    end: Known,
    /// What takes all that follows, whatever it is.
    rest: Known,
}

#[derive(Debug)]
struct Named {
    name: Box<[u8]>,
    node: Node,
}

#[derive(Debug, Default)]
enum Known {
    #[default]
    Nothing,
    One(Rc<str>),
    /// Segments alone cannot tell them apart.
    Several,
}

impl Foresight {
    pub(super) fn before(ours: Vec<(MethodLabel, String)>) -> Self {
        Self { ours, ..Self::default() }
    }

    /// Those of our routes that the application has are foreseen before they have answered: a wider pattern that has would be foreseen in their place,
    /// and a scrape would see itself in flight there.
    pub(super) fn learn_ours(&mut self, is_route: impl Fn(&str) -> bool) {
        for (method, path) in mem::take(&mut self.ours) {
            if is_route(&path) {
                self.learn(method, &path);
            }
        }
    }

    /// The one pattern that the path seems to be of; `None` where none or several are known.
    #[inline]
    pub(super) fn of(&self, method: MethodLabel, path: &str) -> Option<&Rc<str>> {
        match self.methods[method.index()].find(segments(path)?.as_bytes())? {
            Known::One(pattern) => Some(pattern),
            Known::Nothing | Known::Several => None,
        }
    }

    /// A pattern has answered the method.
    pub(super) fn learn(&mut self, method: MethodLabel, pattern: &str) {
        if let Some(segments) = segments(pattern) {
            self.methods[method.index()].insert(segments, pattern);
        }
    }
}

impl Node {
    fn find<'a>(&'a self, path: &[u8]) -> Option<&'a Known> {
        let (segment, below) = first(path);
        let within = |node: &'a Self| match below {
            Some(below) => node.find(below),
            None => node.end.known(),
        };
        let by_name = self.place(segment).ok().and_then(|place| self.named.get(place));
        by_name
            .and_then(|named| within(&named.node))
            .or_else(|| self.any.as_deref().filter(|_| !segment.bytes.is_empty()).and_then(within))
            .or_else(|| self.rest.known())
    }

    fn insert(&mut self, segments: &str, pattern: &str) {
        let (text, below) = segments.split_once('/').map_or((segments, None), |(text, below)| (text, Some(below)));
        if takes_the_rest(text) {
            return self.rest.add(pattern);
        }
        let node = if text.contains('{') {
            self.any.get_or_insert_default()
        } else {
            let (segment, _) = first(text.as_bytes());
            let place = self.place(segment).unwrap_or_else(|place| {
                self.beginnings.insert(place, segment.beginning);
                self.named.insert(place, Named { name: segment.bytes.into(), node: Self::default() });
                place
            });
            &mut self.named[place].node
        };
        match below {
            Some(below) => node.insert(below, pattern),
            None => node.end.add(pattern),
        }
    }

    /// Where the segment's name is, or would be.
    #[inline]
    fn place(&self, segment: Segment<'_>) -> Result<usize, usize> {
        let first = self.beginnings.partition_point(|&beginning| beginning < segment.beginning);
        let mut place = first;
        while self.beginnings.get(place) == Some(&segment.beginning) {
            if segment.is_called(&self.named[place].name) {
                return Ok(place);
            }
            place += 1;
        }
        Err(first)
    }
}

impl Known {
    fn known(&self) -> Option<&Self> {
        (!matches!(self, Self::Nothing)).then_some(self)
    }

    fn add(&mut self, pattern: &str) {
        *self = match self {
            Self::Nothing => Self::One(pattern.into()),
            Self::One(known) if **known == *pattern => return,
            Self::One(_) | Self::Several => Self::Several,
        };
    }
}

fn segments(path: &str) -> Option<&str> {
    path.strip_prefix('/')
}

/// A segment as names are found by it.
#[derive(Clone, Copy)]
struct Segment<'a> {
    bytes: &'a [u8],
    /// Its first bytes, and zeros for those that it lacks.
    beginning: u64,
}

impl Segment<'_> {
    /// Whether it is this name, which has the same beginning: up to eight bytes that is all there is to compare, but for the length.
    #[inline]
    fn is_called(self, name: &[u8]) -> bool {
        name.len() == self.bytes.len() && (name.len() <= WORD || *name == *self.bytes)
    }
}

/// The first segment, and those below it. Eight bytes at a time: most segments are no longer, and a loop over single bytes would go on
/// a different number of times for each.
#[inline]
fn first(segments: &[u8]) -> (Segment<'_>, Option<&[u8]>) {
    let word = first_word(segments);
    let slash = match first_slash(word) {
        WORD => segments.iter().skip(WORD).position(|&byte| byte == b'/').map_or(segments.len(), |place| WORD + place),
        place => place,
    };
    let beginning = if slash < WORD { word & !(u64::MAX << (8 * slash)) } else { word };
    match segments.split_at_checked(slash) {
        Some((bytes, [_, below @ ..])) => (Segment { bytes, beginning }, Some(below)),
        _ => (Segment { bytes: segments, beginning }, None),
    }
}

/// The first eight bytes, the first one lowest, and zeros for those that are not there.
#[inline]
fn first_word(bytes: &[u8]) -> u64 {
    if let Some(word) = bytes.first_chunk::<WORD>() {
        return u64::from_le_bytes(*word);
    }
    match (bytes.first_chunk(), bytes.last_chunk()) {
        // They overlap in bytes that are the same in both.
        (Some(first), Some(last)) => {
            u64::from(u32::from_le_bytes(*first)) | u64::from(u32::from_le_bytes(*last)) << (8 * (bytes.len() - WORD / 2))
        }
        _ => bytes.iter().rev().fold(0, |word, &byte| word << 8 | u64::from(byte)),
    }
}

/// Where the first slash is among eight bytes; [`WORD`] if there is none.
///
/// Bytes that are zero, here those that were slashes, are found by a borrow: Mycroft's method (Hacker's Delight, 6-1). It may err only above the first.
#[inline]
fn first_slash(word: u64) -> usize {
    const ONES: u64 = u64::from_le_bytes([1; WORD]);
    let zeros = word ^ (ONES * u64::from(b'/'));
    let found = zeros.wrapping_sub(ONES) & !zeros & ONES << 7;
    (found.trailing_zeros() / 8) as usize
}

const WORD: usize = size_of::<u64>();

/// Whether a segment of a pattern may match slashes: a tail, an expression that says more than a few characters, or one that a slash in it has cut.
fn takes_the_rest(segment: &str) -> bool {
    let any_character = |expression: &str| expression.contains(['.', '^', 'D', 'P', 'S', 'W']);
    segment.ends_with('*')
        || segment.split_once(':').is_some_and(|(_, expression)| any_character(expression))
        || segment.matches('{').count() != segment.matches('}').count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_foreseen_by_its_segments_and_a_name_goes_before_a_parameter() {
        let foresight = knowing(&["/", "/users", "/users/{id}", "/users/me", "/users/{id}/orders/{order}", "/a/{x}/c", "/a/b"]);
        for (path, pattern) in [
            ("/", Some("/")),
            ("/users", Some("/users")),
            ("/users/7", Some("/users/{id}")),
            ("/users/me", Some("/users/me")),
            ("/users/me/orders/7", Some("/users/{id}/orders/{order}")),
            ("/a/b/c", Some("/a/{x}/c")),
            ("/users/", None),
            ("/users/7/", None),
            ("/users/7/orders", None),
            ("/user", None),
            ("/nope", None),
            ("", None),
            ("*", None),
        ] {
            assert_eq!(foresight.of(get(), path).map(|pattern| &**pattern), pattern, "{path}");
        }
    }

    #[test]
    fn tails_take_what_nothing_else_does() {
        let foresight = knowing(&["/files/{path}*", "/files/index", "/static/{file:.*}", "/odd/{x:a/b}"]);
        for (path, pattern) in [
            ("/files/a/b/c", "/files/{path}*"),
            ("/files/index", "/files/index"),
            ("/files/index/x", "/files/{path}*"),
            ("/static/", "/static/{file:.*}"),
            ("/odd/a/b", "/odd/{x:a/b}"),
        ] {
            assert_eq!(foresight.of(get(), path).map(|pattern| &**pattern), Some(pattern), "{path}");
        }
    }

    #[test]
    fn what_segments_cannot_tell_apart_is_not_foreseen() {
        let foresight =
            knowing(&["/{user}", "/{user}.json", "/n/{id:\\d+}", "/n/{name:[a-z]+}", "/n/{id:\\d+}/x", "/same/{x}", "/same/{x}"]);
        assert_eq!(foresight.of(get(), "/7"), None);
        assert_eq!(foresight.of(get(), "/n/7"), None);
        assert!(foresight.of(get(), "/n/7/x").is_some());
        assert!(foresight.of(get(), "/same/7").is_some());
    }

    #[test]
    fn names_that_begin_alike_are_told_apart() {
        let names = ["a", "ab", "abcdefg", "abcdefgh", "abcdefgh1", "abcdefgh2", "abcdefgh-and-more", "é"];
        let patterns = names.map(|name| format!("/{name}/x"));
        let foresight = knowing(&patterns.each_ref().map(String::as_str));
        for pattern in &patterns {
            assert_eq!(foresight.of(get(), pattern).map(|pattern| &**pattern), Some(&**pattern));
        }
        for path in ["/b/x", "/abc/x", "/abcdefgi/x", "/abcdefgh3/x", "/abcdefgh-and-less/x", "/a\0/x"] {
            assert_eq!(foresight.of(get(), path), None, "{path}");
        }
    }

    #[test]
    fn segments_of_all_lengths_end_at_their_slash() {
        for text in (0..20).map(|len| "segments-of-a-length".split_at(len).0) {
            for below in ["", "b", "below", "below/and/further", "////////"] {
                let path = format!("{text}/{below}");
                let (segment, rest) = first(path.as_bytes());
                assert_eq!((segment.bytes, rest), (text.as_bytes(), Some(below.as_bytes())));
                assert_eq!(segment.beginning, first(text.as_bytes()).0.beginning, "{path}");
            }
            assert!(matches!(first(text.as_bytes()), (segment, None) if segment.bytes == text.as_bytes()));
        }
    }

    #[test]
    fn methods_are_apart() {
        let foresight = knowing(&["/users/{id}"]);
        assert!(foresight.of(get(), "/users/7").is_some());
        assert_eq!(foresight.of(MethodLabel::HEAD, "/users/7"), None);
    }

    fn knowing(patterns: &[&str]) -> Foresight {
        let mut foresight = Foresight::default();
        for pattern in patterns {
            foresight.learn(get(), pattern);
        }
        foresight
    }

    fn get() -> MethodLabel {
        MethodLabel::named("GET")
    }
}
