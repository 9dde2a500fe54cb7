package main

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"time"
)

// habits are those that go about all requests themselves: how URL is fetched so many times.
var habits = map[string]func(url string, n int) error{
	// One client, eight requests at a time, with a place for each.
	"eight": func(url string, n int) error { return side(shared(0, 8), 8, url, n) },
	// Forty at a time, with net/http's own two idle connections a host.
	"two-idle": func(url string, n int) error { return side(shared(0, 0), 40, url, n) },
	// And with forty.
	"forty-idle": func(url string, n int) error { return side(shared(0, 40), 40, url, n) },
	// Ten at a time, and one connection for HTTPS.
	"one-conn": func(url string, n int) error { return side(shared(oneForTLS(url), 10), 10, url, n) },
	// And ten connections.
	"ten-conns": func(url string, n int) error { return side(shared(10, 10), 10, url, n) },
	// A Transport each, its connection left open.
	"transport-each": transportEach,
	// Keep-alives switched off.
	"no-keep-alive": func(url string, n int) error {
		client := shared(0, 0)
		client.Transport.(*http.Transport).DisableKeepAlives = true
		return side(client, 2, url, n)
	},
	// A body that is closed before it is read to its end, four at a time.
	"unread": func(url string, n int) error { return bodies(url, n, false) },
	// And one that is read.
	"read": func(url string, n int) error { return bodies(url, n, true) },
	// A login and pages of which each names the next.
	"login": login,
	// A megabyte posted, two at a time.
	"post": post,
	// Posted with Expect: 100-continue, for which net/http waits a second.
	"expect": func(url string, n int) error { return posts(url, n, "100-continue") },
	// And without.
	"no-expect": func(url string, n int) error { return posts(url, n, "") },
	// All at once: over HTTP/2 as many as the server allows on a connection.
	"at-once": func(url string, n int) error { return side(shared(0, n), n, url, n) },
	// Ten at a time.
	"ten": func(url string, n int) error { return side(shared(0, 10), 10, url, n) },
}

// shared is one client: at most so many connections a host (0: any), so many of them idle (0: net/http's own two).
func shared(most, idle int) *http.Client {
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.MaxConnsPerHost = most
	transport.MaxIdleConnsPerHost = idle
	return &http.Client{Transport: transport, Timeout: 30 * time.Second}
}

func oneForTLS(url string) int {
	if strings.HasPrefix(url, "https:") {
		return 1
	}
	return 0
}

// get fetches and reads to the end.
func get(client *http.Client, url string) ([]byte, error) {
	response, err := client.Get(url)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		return nil, err
	}
	return body, status(url, response)
}

// workers does a job n times, so many at a time, and returns the first error.
func workers(concurrency, n int, job func(int) error) error {
	work := make(chan int)
	failures := make(chan error, n)
	var group sync.WaitGroup
	for range concurrency {
		group.Add(1)
		go func() {
			defer group.Done()
			for i := range work {
				if err := job(i); err != nil {
					failures <- err
				}
			}
		}()
	}
	for i := range n {
		work <- i
	}
	close(work)
	group.Wait()
	close(failures)
	return <-failures
}

func side(client *http.Client, concurrency int, url string, n int) error {
	return workers(concurrency, n, func(int) error {
		_, err := get(client, url+"/get")
		return err
	})
}

func transportEach(url string, n int) error {
	for range n {
		transport := &http.Transport{Proxy: http.ProxyFromEnvironment}
		if _, err := get(&http.Client{Transport: transport}, url+"/get"); err != nil {
			return err
		}
	}
	return nil
}

func bodies(url string, n int, toTheEnd bool) error {
	client := shared(0, 4)
	return workers(4, n, func(int) error {
		response, err := client.Get(url + "/bytes/1000000")
		if err != nil {
			return err
		}
		defer response.Body.Close()
		if toTheEnd {
			if _, err := io.Copy(io.Discard, response.Body); err != nil {
				return err
			}
		}
		return status(url, response)
	})
}

func login(url string, n int) error {
	client := shared(0, 0)
	token := "me"
	for range n {
		body, err := get(client, url+"/get?token="+token)
		if err != nil {
			return err
		}
		token = fmt.Sprintf("%x", sha256.Sum256(body))[:16]
	}
	return nil
}

func post(url string, n int) error {
	body := bytes.Repeat([]byte("tlstax"), 1_000_000/6)
	client := shared(0, 2)
	return workers(2, n, func(int) error { return postOne(client, url, body, "") })
}

func posts(url string, n int, expect string) error {
	client := shared(0, 1)
	client.Transport.(*http.Transport).ForceAttemptHTTP2 = false
	for range n {
		if err := postOne(client, url+"/post", bytes.Repeat([]byte("x"), 4096), expect); err != nil {
			return err
		}
	}
	return nil
}

func postOne(client *http.Client, url string, body []byte, expect string) error {
	request, err := http.NewRequest(http.MethodPost, url, bytes.NewReader(body))
	if err != nil {
		return err
	}
	if expect != "" {
		request.Header.Set("Expect", expect)
	}
	response, err := client.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	if _, err := io.Copy(io.Discard, response.Body); err != nil {
		return err
	}
	return status(url, response)
}
