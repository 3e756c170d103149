//! The storage on a folder.

use std::{fs, path::Path as FilePath};

use futures_util::TryStreamExt as _;
use sha2::{Digest as _, Sha256};
use tempfile::TempDir;

use super::*;

const NO_CAP: u64 = u64::MAX;

fn open() -> (TempDir, Storage) {
    let folder = tempfile::tempdir().unwrap();
    let storage = Storage::open(&format!("file://{}/made/here", folder.path().display())).unwrap();
    (folder, storage)
}

/// Every file below a folder, with its size.
fn files(folder: &FilePath) -> Vec<(String, u64)> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path));
        } else {
            found.push((path.display().to_string(), path.metadata().unwrap().len()));
        }
    }
    found
}

/// Bytes whose period no chunk has.
fn content(len: usize) -> Bytes {
    (0..251).cycle().take(len).collect()
}

fn in_chunks(content: &Bytes, len: usize) -> Vec<Result<Bytes, io::Error>> {
    content.chunks(len).map(|it| Ok(Bytes::copy_from_slice(it))).collect()
}

async fn keep(
    storage: &Storage,
    chunks: Vec<Result<Bytes, io::Error>>,
    cap: u64,
) -> Result<Kept, KeepError<io::Error>> {
    storage.keep(&Env::system(), stream::iter(chunks), cap).await
}

#[tokio::test]
async fn small_content_is_given_back_and_lies_nowhere() {
    let (folder, storage) = open();
    for len in [0, 1, 8 * 1024, MAX_INLINE] {
        let whole = content(len);
        let kept = keep(&storage, in_chunks(&whole, 1000), NO_CAP).await.unwrap();
        assert_eq!(kept.inline.as_ref(), Some(&whole));
        assert_eq!((kept.size, kept.sha256), (len as u64, Sha256::digest(&whole).into()));
        assert_eq!(kept.head, whole.slice(..len.min(8 * 1024)));
        assert_eq!(storage.keep_bytes(&Env::system(), whole, NO_CAP).await.unwrap(), kept);
    }
    assert_eq!(files(folder.path()), []);
}

#[tokio::test]
async fn large_content_lies_under_its_digest_once() {
    let (folder, storage) = open();
    let whole = content(MAX_INLINE * 3 + 17);
    for len in [1, 1000, MAX_INLINE, MAX_INLINE + 1, whole.len()] {
        let kept = keep(&storage, in_chunks(&whole, len), NO_CAP).await.unwrap();
        assert_eq!(kept.inline, None);
        assert_eq!((kept.size, kept.sha256), (whole.len() as u64, Sha256::digest(&whole).into()));
        assert_eq!(kept.head, whole.slice(..8 * 1024), "chunks of {len}");
    }
    let hex = HEXLOWER.encode(&Sha256::digest(&whole));
    let path =
        folder.path().join("made/here").join(hex.get(..2).unwrap()).join(hex.get(2..4).unwrap()).join(&hex);
    assert_eq!(files(folder.path()), [(path.display().to_string(), whole.len() as u64)]);
}

#[tokio::test]
async fn a_part_of_large_content_is_read() {
    let (_folder, storage) = open();
    let whole = content(MAX_INLINE * 2);
    let kept = storage.keep_bytes(&Env::system(), whole.clone(), NO_CAP).await.unwrap();
    for (first, end) in [(0, 1), (5, 70_000), (131_071, 131_072), (0, 131_072)] {
        let range = first as u64..end as u64;
        let parts: Vec<Bytes> = storage.read(&kept.sha256, range).await.unwrap().try_collect().await.unwrap();
        assert!(parts.concat() == whole[first..end], "{first}..{end}");
    }
    assert!(storage.read(&[0; 32], 0..1).await.is_err());
}

#[tokio::test]
async fn content_over_the_cap_is_refused_and_leaves_nothing() {
    let (folder, storage) = open();
    for (len, cap) in [(11, 10), (MAX_INLINE + 1, MAX_INLINE as u64), (MAX_INLINE * 4, MAX_INLINE as u64 * 3)]
    {
        let refused = keep(&storage, in_chunks(&content(len), 1000), cap).await;
        assert!(matches!(refused, Err(KeepError::TooLarge { cap: told }) if told == cap), "{refused:?}");
        assert!(keep(&storage, in_chunks(&content(10), 3), 10).await.is_ok());
    }
    assert_eq!(files(folder.path()), []);
}

#[tokio::test]
async fn content_that_is_cut_leaves_nothing() {
    let (folder, storage) = open();
    for len in [10, MAX_INLINE * 4] {
        let mut chunks = in_chunks(&content(len), 1000);
        chunks.push(Err(io::ErrorKind::UnexpectedEof.into()));
        assert!(matches!(keep(&storage, chunks, NO_CAP).await, Err(KeepError::Content(_))));
    }
    assert_eq!(files(folder.path()), []);
}

#[test]
fn only_folders_are_storages() {
    for url in ["s3://bucket", "var/files", "file://", ""] {
        assert!(matches!(Storage::open(url), Err(OpenError::Scheme)), "{url}");
    }
}
