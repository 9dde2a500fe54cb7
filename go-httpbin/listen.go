package main

import (
	"context"
	"fmt"
	"net"
	"net/netip"
	"strconv"

	"golang.org/x/sys/unix"
)

// openListeners opens a listener per address on the fixed port, or o.ports of them, the addresses taking turns, where
// the port is 0. There are many because the connections a client closed linger in TIME_WAIT, each blocking one pair of
// its port and ours: the client spreads them over our ports. portFlag is how an error names the fixed port to the user.
func openListeners(o options, port int, portFlag string) ([]*net.TCPListener, error) {
	count := o.ports
	if port != 0 {
		count = len(o.addresses)
	}
	listeners := make([]*net.TCPListener, 0, count)
	for i := range count {
		listener, err := listen(o.addresses[i%len(o.addresses)], port, o.backlog)
		if err != nil && port != 0 {
			return nil, fmt.Errorf("%w; choose another %s, or 0 to let the system pick", err, portFlag)
		}
		if err != nil {
			return nil, err
		}
		listeners = append(listeners, listener)
	}
	return listeners, nil
}

func listen(on netip.Addr, port, backlog int) (*net.TCPListener, error) {
	address := net.JoinHostPort(on.String(), strconv.Itoa(port))
	var config net.ListenConfig
	// Since Go 1.24 listeners speak Multipath TCP where the kernel does. The other origin's don't, and a comparison
	// of the two should not be one of TCP with something else.
	config.SetMultipathTCP(false)
	listener, err := config.Listen(context.Background(), "tcp4", address)
	if err != nil {
		return nil, fmt.Errorf("could not open a listener: %w", err) // err names the address
	}
	tcp, ok := listener.(*net.TCPListener)
	if !ok {
		return nil, fmt.Errorf("could not open a listener on %s: got a %T, not a TCP one", address, listener)
	}
	if err := setBacklog(tcp, backlog); err != nil {
		return nil, fmt.Errorf("could not set the backlog of %s to %d: %w", tcp.Addr(), backlog, err)
	}
	return tcp, nil
}

// setBacklog says the backlog that package net gives no way to say. On a socket that listens already, listen(2)
// changes the backlog and nothing else. The kernel caps it at net.core.somaxconn without a word; where a burst
// overflows it, clients retry after a second, and that second looks like a slow handshake.
func setBacklog(listener *net.TCPListener, backlog int) error {
	raw, err := listener.SyscallConn()
	if err != nil {
		return err
	}
	var listenErr error
	if err := raw.Control(func(fd uintptr) { listenErr = unix.Listen(int(fd), backlog) }); err != nil {
		return err
	}
	return listenErr
}

// addresses is never nil, since it ends up as a JSON list.
func addresses(listeners []*net.TCPListener) []string {
	list := make([]string, 0, len(listeners))
	for _, listener := range listeners {
		list = append(list, listener.Addr().String())
	}
	return list
}
