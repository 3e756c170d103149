//! Writes a message: subject, bodies, headers, files, from a template and facts.
