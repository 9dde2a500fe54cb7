//! What happens when no more files can be opened. The test runs in its own process, whose limit it lowers.

use std::fs::File;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use nix::sys::resource::{Resource, setrlimit};

use crate::seen::{Seen, server, wait_until_accepted};
use rusty_fork::rusty_fork_test;

/// Opens as many files as the limit allows.
fn fill() -> Vec<File> {
    std::iter::from_fn(|| File::open("/dev/null").ok()).collect()
}

/// The status of the response on `stream`.
fn answer(stream: &mut TcpStream) -> String {
    let mut answer = [0; 12];
    stream.read_exact(&mut answer).unwrap();
    String::from_utf8_lossy(&answer).into_owned()
}

rusty_fork_test! {
    #[test]
    fn a_host_is_waited_for_that_no_file_is_left_for_and_is_not_to_blame() {
        setrlimit(Resource::RLIMIT_NOFILE, 200, 200).unwrap();
        let (address, serving) = server(drop);
        let seen = Seen::start(&[]);
        let mut streams = [(); 2].map(|()| TcpStream::connect(seen.proxy.address()).unwrap());
        // Before there is nothing left to accept them with.
        streams.iter().for_each(|stream| wait_until_accepted(stream.local_addr().unwrap()));
        let request = format!("CONNECT {address} HTTP/1.1\r\n{}\r\n", seen.authorization());
        let [in_vain, in_time] = &mut streams;
        let all = fill();
        in_vain.write_all(request.as_bytes()).unwrap();
        assert_eq!(answer(in_vain), "HTTP/1.1 503");
        in_time.write_all(request.as_bytes()).unwrap();
        // For so long the host has to be waited for.
        std::thread::sleep(Duration::from_millis(300));
        drop(all);
        assert_eq!(answer(in_time), "HTTP/1.1 200");
        serving.join().unwrap();
        let kept = seen.finish();
        assert_eq!((kept.counts.no_room, kept.counts.not_reached.len()), (1, 0), "{:?}", kept.counts.not_reached);
    }
}
