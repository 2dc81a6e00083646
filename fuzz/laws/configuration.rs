//! The configuration file: any text is a configuration or a fault in it, the same every time, and a fault of the file, not of the program.

use std::io::Write;
use std::os::unix::ffi::OsStrExt;

use mailxport::config::configuration::open;
use mailxport::config::place::Around;
use mailxport::terms::failure::Cause;
use mailxport::terms::ixp::Ixp;
use mailxport::watch::wait::Watch;

pub(crate) fn hold(octets: &[u8]) {
    let mut file = tempfile::NamedTempFile::new().expect("a file");
    file.write_all(octets).expect("room for it");
    let read = || {
        let name = std::ffi::OsStr::from_bytes(file.path().as_os_str().as_bytes());
        open(Some(name), &Around::Nobody, &Watch::default())
    };
    match (read(), read()) {
        (Ok(one), Ok(other)) => {
            assert_eq!(format!("{one:?}"), format!("{other:?}"), "not the same twice");
        }
        (Err(one), Err(other)) => {
            assert_eq!(format!("{one:?}"), format!("{other:?}"), "not the same twice");
            assert!(!matches!(one.cause, Cause::Bug(_)), "{one:?}");
            assert!(matches!(Ixp::of(&one).exit(), 16 | 17 | 22 | 36 | 37 | 43), "{one:?}");
        }
        (one, other) => panic!("not the same twice: {one:?} {other:?}"),
    }
}
