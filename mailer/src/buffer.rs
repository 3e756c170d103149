//! Room for large mails, which goes back to the system as soon as it is let go.
//!
//! glibc takes a large block from the system and gives it back at once, unless smaller blocks of that sort were freed
//! before: then it keeps blocks up to their size for the next time, and of what is free up to twice that, for each thread's
//! arena (mallopt(3), `M_MMAP_THRESHOLD`). Blocks over 32 MiB are never kept and teach it nothing, so every large mail gets
//! one. Room that nobody writes to is no memory.

/// Larger content, in bytes, gets a block of its own.
const LARGE: usize = 1024 * 1024;
/// Over 32 MiB.
const BLOCK: usize = 33 * 1024 * 1024;

/// Makes room in `buffer` for so many more bytes.
pub fn reserve(buffer: &mut Vec<u8>, bytes: usize) {
    let needed = buffer.len().saturating_add(bytes);
    if needed > buffer.capacity() {
        let wanted = if needed > LARGE { needed.max(BLOCK) } else { needed };
        buffer.reserve(wanted - buffer.len());
    }
}

/// A buffer with room for so many bytes.
pub fn with_room(bytes: usize) -> Vec<u8> {
    let mut buffer = Vec::new();
    reserve(&mut buffer, bytes);
    buffer
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(len: usize, bytes: usize, capacity: usize) {
        let mut buffer = vec![0; len];
        reserve(&mut buffer, bytes);
        assert_eq!((buffer.len(), buffer.capacity()), (len, capacity));
    }

    #[test]
    fn only_large_content_gets_a_block_of_its_own() {
        check(0, 100, 100);
        check(100, 1_000, 1_100);
        check(0, LARGE, LARGE);
        check(0, LARGE + 1, BLOCK);
        check(LARGE, 1, BLOCK);
        check(0, BLOCK + 1, BLOCK + 1);
    }
}
