namespace Runbooks.Audit.Bundle;

/// <summary>What an auditor reads and runs; part of every export.</summary>
internal static class BundleInstructions
{
    public const string Text =
        """
        How to verify this audit export with sha256sum and openssl alone
        ================================================================

        records.jsonl holds one record per line, in order. Record n has the hash
            h(n) = SHA-256( h(n-1) followed by the line of record n, without its line end )
        where h(n-1) is written as 64 lower-case hexadecimal characters and h(0) is 64 zeros.

        1. Members:    sha256sum -c SHA256SUMS
        2. Chain:      for each line:  previous=$(printf '%s%s' "$previous" "$line" | sha256sum | cut -c1-64)
                       and compare with the same line of hashes.txt.
        3. Head:       the last hash is the "hash" in head.json, and the number of lines is its "sequence".
        4. Signature:  openssl dgst -sha256 -verify keys/KEYID.pem -signature head.sig head.json
                       where KEYID is the "keyId" in head.json.

        Or: sh verify.sh   (it does exactly this and names the first record that is wrong)

        Compare the key's fingerprint with one obtained another way (the product shows it under
        Audit, and every site agent keeps the newest signed head):
            openssl pkey -pubin -in keys/KEYID.pem -outform DER | sha256sum | cut -c1-16

        What this does not prove: that the clock of the control plane was right, and that what a person
        stated is true. Records of people are marked "asserted", records of machines "observed".

        """;

    public const string Script =
        """
        #!/bin/sh
        # Verifies an audit export with sha256sum and openssl. Exit 0: verified. Exit 1: the first failure is named.
        cd "$(dirname "$0")" || exit 1
        field() { sed -n 's/.*"'"$1"'":"\{0,1\}\([^",}]*\).*/\1/p' head.json; }
        previous=0000000000000000000000000000000000000000000000000000000000000000
        n=0
        exec 3< hashes.txt
        while IFS= read -r record; do
          n=$((n + 1))
          previous=$(printf '%s%s' "$previous" "$record" | sha256sum | cut -c1-64)
          IFS= read -r claimed <&3
          if [ "$previous" != "$claimed" ]; then
            stated=$(printf '%s' "$record" | sed -n 's/.*"sequence":\([0-9]*\).*/\1/p')
            if [ "$stated" = "$n" ]; then
              echo "record-altered: record $n or its hash was changed"
            elif grep -q "\"sequence\":$n[,}]" records.jsonl; then
              echo "record-reordered: record $stated stands where record $n belongs"
            else
              echo "record-missing: record $n is missing, record $stated stands in its place"
            fi
            exit 1
          fi
        done < records.jsonl
        sequence=$(field sequence)
        if [ "$n" -lt "$sequence" ]; then
          echo "chain-truncated: the chain ends at record $n, the signed head speaks of record $sequence"
          exit 1
        fi
        if [ "$previous" != "$(field hash)" ]; then
          echo "chain-rewritten: the last hash is not the one that was signed"
          exit 1
        fi
        if ! openssl dgst -sha256 -verify "keys/$(field keyId).pem" -signature head.sig head.json > /dev/null 2>&1; then
          echo "signature-invalid: the signature of the head does not verify"
          exit 1
        fi
        echo "verified: $n records, head $previous, key $(field keyId)"

        """;
}
