//! Pages by keyset: a cursor is the sort key of the last row seen, so pages neither skip nor repeat.

use data_encoding::BASE64URL_NOPAD;
use liaison_domain::Timestamp;
use thiserror::Error;
use uuid::Uuid;

/// A part of a list and where it goes on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page<T> {
    pub items: Vec<T>,
    pub next: Option<Cursor>,
}

impl<T> Page<T> {
    /// Cuts the row too many that tells whether there is more.
    pub fn cut(mut items: Vec<T>, limit: i64, cursor: impl Fn(&T) -> Cursor) -> Self {
        let limit = usize::try_from(limit).unwrap_or_default();
        let more = items.len() > limit;
        items.truncate(limit);
        let next = items.last().filter(|_| more).map(cursor);
        Self { items, next }
    }

    pub fn map<U>(self, into: impl FnMut(T) -> U) -> Page<U> {
        Page { items: self.items.into_iter().map(into).collect(), next: self.next }
    }
}

/// The sort key of a row: a time, or a number, and, because these repeat, an id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Cursor {
    /// Of a time its microseconds.
    key: i64,
    id: Uuid,
}

/// Which rows to give.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PageRequest {
    /// 1–200.
    pub limit: i64,
    pub after: Option<Cursor>,
}

impl PageRequest {
    /// Where a list that goes from new to old begins.
    pub fn before(&self) -> Cursor {
        self.after.unwrap_or(Cursor::LAST)
    }

    /// Where a list that goes from old to new begins.
    pub fn after(&self) -> Cursor {
        self.after.unwrap_or(Cursor::FIRST)
    }

    /// One row more than asked for, to know whether there is another page.
    pub const fn fetch(&self) -> i64 {
        self.limit + 1
    }
}

impl Cursor {
    /// Before everything: the year 1 is the first that both engines keep.
    pub const FIRST: Self = Self { key: -62_135_596_800_000_000, id: Uuid::nil() };
    /// After everything, at the end of the year 9999.
    pub const LAST: Self = Self { key: 253_402_300_799_999_999, id: Uuid::max() };

    pub const fn new(at: Timestamp, id: Uuid) -> Self {
        Self { key: at.timestamp_micros(), id }
    }

    pub const fn of_number(key: i64, id: Uuid) -> Self {
        Self { key, id }
    }

    pub fn at(&self) -> Timestamp {
        Timestamp::from_timestamp_micros(self.key).unwrap_or_default()
    }

    pub const fn number(&self) -> i64 {
        self.key
    }

    pub const fn id(&self) -> Uuid {
        self.id
    }

    /// The opaque text that callers send back.
    pub fn encode(&self) -> String {
        let mut bytes = [0; 25];
        let (version, rest) = bytes.split_at_mut(1);
        let (at, id) = rest.split_at_mut(8);
        version.fill(1);
        at.copy_from_slice(&self.key.to_be_bytes());
        id.copy_from_slice(self.id.as_bytes());
        BASE64URL_NOPAD.encode(&bytes)
    }

    pub fn decode(text: &str) -> Result<Self, InvalidCursor> {
        let bytes = BASE64URL_NOPAD.decode(text.as_bytes()).map_err(|_source| InvalidCursor)?;
        let (version, rest) = bytes.split_at_checked(1).ok_or(InvalidCursor)?;
        let (at, id) = rest.split_at_checked(8).ok_or(InvalidCursor)?;
        if version != [1] {
            return Err(InvalidCursor);
        }
        let key = i64::from_be_bytes(at.try_into().map_err(|_source| InvalidCursor)?);
        if !(Self::FIRST.key..=Self::LAST.key).contains(&key) {
            return Err(InvalidCursor);
        }
        Ok(Self { key, id: Uuid::from_slice(id).map_err(|_source| InvalidCursor)? })
    }
}

/// The text is no cursor of ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("the cursor is not one that was given")]
pub struct InvalidCursor;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_comes_back_as_it_left() {
        let cursor =
            Cursor::new(Timestamp::from_timestamp_micros(1_900_000_000_123_456).unwrap(), Uuid::from_u128(7));
        assert_eq!(Cursor::decode(&cursor.encode()), Ok(cursor));
        let [early, late] = [Cursor::FIRST.key - 1, Cursor::LAST.key + 1]
            .map(|key| Cursor::of_number(key, Uuid::nil()).encode());
        for bent in ["", "x", "AQ", cursor.encode().trim_start_matches('A'), "Ág", &early, &late] {
            assert_eq!(Cursor::decode(bent), Err(InvalidCursor), "{bent}");
        }
    }

    #[test]
    fn a_page_says_whether_there_is_more() {
        let cursor = |_: &i32| Cursor::new(Timestamp::UNIX_EPOCH, Uuid::nil());
        assert!(Page::cut(vec![1, 2, 3], 2, cursor).next.is_some());
        assert_eq!(Page::cut(vec![1, 2, 3], 2, cursor).items, [1, 2]);
        assert!(Page::cut(vec![1, 2], 2, cursor).next.is_none());
    }
}
