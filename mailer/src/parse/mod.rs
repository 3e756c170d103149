//! Reads a received message: headers, texts, files, kind; what is new in it and what is quoted.
