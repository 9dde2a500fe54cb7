package main

import (
	"testing"

	"golang.org/x/sys/unix"
)

// backlogOf asks the kernel: in the TCP_INFO of a socket that listens, "sacked" is its backlog.
func backlogOf(t *testing.T, fd int) int {
	t.Helper()
	info, err := unix.GetsockoptTCPInfo(fd, unix.IPPROTO_TCP, unix.TCP_INFO)
	must(t, err)
	return int(info.Sacked)
}
