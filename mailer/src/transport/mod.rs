//! Hands a composed message over: to an SMTP server, a folder, or memory.
