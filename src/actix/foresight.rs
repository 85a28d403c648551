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
    /// Those that go on with a segment of one text, sorted by their hashes.
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
    hash: u64,
    name: Box<str>,
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
        match self.methods[method.index()].find(segments(path)?)? {
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
    fn find<'a>(&'a self, path: &str) -> Option<&'a Known> {
        let (segment, below) = first(path);
        let within = |node: &'a Self| match below {
            Some(below) => node.find(below),
            None => node.end.known(),
        };
        let by_name = self.place(segment).ok().and_then(|place| self.named.get(place));
        by_name
            .and_then(|named| within(&named.node))
            .or_else(|| self.any.as_deref().filter(|_| !segment.text.is_empty()).and_then(within))
            .or_else(|| self.rest.known())
    }

    fn insert(&mut self, segments: &str, pattern: &str) {
        let (segment, below) = first(segments);
        if takes_the_rest(segment.text) {
            return self.rest.add(pattern);
        }
        let node = if segment.text.contains('{') {
            self.any.get_or_insert_default()
        } else {
            let place = self.place(segment).unwrap_or_else(|place| {
                self.named.insert(place, Named { hash: segment.hash, name: segment.text.into(), node: Self::default() });
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
        let first = self.named.partition_point(|named| named.hash < segment.hash);
        let alike = self.named[first..].iter().take_while(|named| named.hash == segment.hash);
        alike.zip(first..).find(|(named, _)| *named.name == *segment.text).map(|(_, place)| place).ok_or(first)
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
    text: &'a str,
    /// Of its last bytes; what these do not tell apart is compared whole.
    hash: u64,
}

/// The first segment, and those below it.
#[inline]
fn first(segments: &str) -> (Segment<'_>, Option<&str>) {
    let mut hash = 0;
    for (place, byte) in segments.bytes().enumerate() {
        if byte == b'/' {
            return (Segment { text: &segments[..place], hash }, Some(&segments[place + 1..]));
        }
        hash = hash << 7 ^ u64::from(byte);
    }
    (Segment { text: segments, hash }, None)
}

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
    fn names_of_one_hash_are_two() {
        let names = ["a-very-long-name", "b-very-long-name", "c-very-long-name", "short"];
        assert_eq!(first(names[0]).0.hash, first(names[1]).0.hash);
        let patterns = names.map(|name| format!("/{name}"));
        let foresight = knowing(&patterns.each_ref().map(String::as_str));
        for pattern in &patterns {
            assert_eq!(foresight.of(get(), pattern).map(|pattern| &**pattern), Some(&**pattern));
        }
        assert_eq!(foresight.of(get(), "/d-very-long-name"), None);
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
