using System.Security.Cryptography;
using System.Text;

namespace Runbooks.ControlPlane.Security.Pki;

/// <summary>
/// Wraps stored secrets in AES-256-GCM. The key-encryption key is a file of its own (0400), so that a copy of the
/// database or of the pki folder alone opens nothing; <c>RUNBOOKS_KEK_FILE</c> moves it to another medium.
/// </summary>
public sealed class EnvelopeKey
{
    private const int KeyBytes = 32;
    private const int NonceBytes = 12;
    private const int TagBytes = 16;
    private static readonly byte[] Magic = "RBE1"u8.ToArray();
    private readonly byte[] _key;

    private EnvelopeKey(byte[] key) => _key = key;

    public static EnvelopeKey LoadOrCreate(string path)
    {
        if (!File.Exists(path))
        {
            KeyFile.Write(path, RandomNumberGenerator.GetBytes(KeyBytes));
        }

        var key = File.ReadAllBytes(path);
        return key.Length == KeyBytes
            ? new EnvelopeKey(key)
            : throw new InvalidDataException($"{path} holds {key.Length} bytes; a key-encryption key has {KeyBytes}.");
    }

    /// <param name="purpose">Authenticated with the content: a secret sealed for one purpose opens for no other.</param>
    public byte[] Seal(ReadOnlySpan<byte> content, string purpose)
    {
        var nonce = RandomNumberGenerator.GetBytes(NonceBytes);
        var cipher = new byte[content.Length];
        var tag = new byte[TagBytes];
        using var aes = new AesGcm(_key, TagBytes);
        aes.Encrypt(nonce, content, cipher, tag, Encoding.UTF8.GetBytes(purpose));
        return [.. Magic, .. nonce, .. tag, .. cipher];
    }

    public byte[] Open(ReadOnlySpan<byte> sealedContent, string purpose)
    {
        var head = Magic.Length + NonceBytes + TagBytes;
        if (sealedContent.Length < head || !sealedContent.StartsWith(Magic))
        {
            throw new CryptographicException($"The sealed {purpose} is not in the form RBE1.");
        }

        var content = new byte[sealedContent.Length - head];
        using var aes = new AesGcm(_key, TagBytes);
        aes.Decrypt(
            sealedContent.Slice(Magic.Length, NonceBytes), sealedContent[head..],
            sealedContent.Slice(Magic.Length + NonceBytes, TagBytes), content, Encoding.UTF8.GetBytes(purpose));
        return content;
    }
}
