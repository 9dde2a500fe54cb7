module tlstax/go-httpbin

go 1.25.0

require (
	github.com/mccutchen/go-httpbin/v2 v2.25.0
	golang.org/x/sys v0.45.0
)
