module tlstax/engines/go-nethttp

go 1.25.0
